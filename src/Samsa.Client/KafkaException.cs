using Samsa.Protocol;

namespace Samsa.Client;

/// <summary>An operation against the cluster failed. <see cref="ErrorCode"/> says how, in Kafka's own terms.</summary>
/// <remarks>
/// Failures that no broker reported use the codes that Kafka's Java client uses for them: <see cref="ErrorCode.NetworkException"/> for a
/// lost connection, <see cref="ErrorCode.RequestTimedOut"/> for a time that ran out, <see cref="ErrorCode.UnsupportedVersion"/> for a
/// request that the broker is too old for.
/// </remarks>
public class KafkaException : Exception
{
    /// <summary>A failure with the code's own description.</summary>
    public KafkaException(ErrorCode errorCode) : this(errorCode, null)
    {
    }

    /// <summary>A failure with a message; null takes the code's own description.</summary>
    public KafkaException(ErrorCode errorCode, string? message, Exception? inner = null)
        : base(message ?? $"{errorCode.Name()}: {errorCode.Description()}", inner) => ErrorCode = errorCode;

    /// <summary>What went wrong.</summary>
    public ErrorCode ErrorCode { get; }

    /// <summary>True when the same operation may succeed later. The client has then retried already, for as long as it was allowed to.</summary>
    public bool IsRetriable => ErrorCode.IsRetriable();

    /// <summary>Throws unless <paramref name="errorCode"/> is <see cref="ErrorCode.None"/>.</summary>
    internal static void ThrowIfError(ErrorCode errorCode, string? message = null)
    {
        if (errorCode != ErrorCode.None)
        {
            throw new KafkaException(errorCode, message);
        }
    }
}
