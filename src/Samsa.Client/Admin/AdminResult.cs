using Samsa.Protocol;

namespace Samsa.Client.Admin;

/// <summary>
/// What became of one item of a call: a failure of one does not hide the others. Retriable failures have been retried for as long
/// as <see cref="AdminOptions.DefaultApiTimeout"/> allows.
/// </summary>
public abstract record AdminResult
{
    /// <summary>What went wrong with this item, or <see cref="ErrorCode.None"/>.</summary>
    public ErrorCode Error { get; init; }

    /// <summary>The broker's own words about <see cref="Error"/>, or the client's; null where nobody said more than the code.</summary>
    public string? ErrorMessage { get; init; }

    /// <summary>Whether this item succeeded.</summary>
    public bool Succeeded => Error == ErrorCode.None;

    /// <summary>Throws unless this item succeeded.</summary>
    /// <exception cref="KafkaException">It failed.</exception>
    public void ThrowIfFailed() => KafkaException.ThrowIfError(Error, ErrorMessage);
}
