using Samsa.Client.Admin;
using Samsa.Protocol;

namespace Samsa.Cli.Tools.Clusters;

/// <summary>What Kafka's tools print for an error code: scripts look for it.</summary>
internal static class KafkaWords
{
    /// <summary>The broker's own words, or those that Kafka's clients have for the code.</summary>
    public static string Message(AdminResult result) => result.ErrorMessage ?? Message(result.Error);

    /// <summary>The words of Kafka's clients for a code.</summary>
    public static string Message(ErrorCode code) => code switch
    {
        ErrorCode.OffsetOutOfRange => "The requested offset is not within the range of offsets maintained by the server.",
        ErrorCode.UnknownTopicOrPartition => "This server does not host this topic-partition.",
        ErrorCode.UnknownTopicId => "This server does not host this topic ID.",
        ErrorCode.UnsupportedVersion => "The version of API is not supported.",
        ErrorCode.PolicyViolation => "Request parameters do not satisfy the configured policy.",
        ErrorCode.KafkaStorageError => "Disk error when trying to access log file on the disk.",
        _ => code.Description(),
    };

    /// <summary>The name of the exception class that Kafka's clients throw for a code.</summary>
    public static string ExceptionClass(ErrorCode code)
    {
        string name = code switch
        {
            ErrorCode.RequestTimedOut => "Timeout",
            ErrorCode.UnknownServerError => "UnknownServer",
            _ => code.ToString(),
        };
        return "org.apache.kafka.common.errors." + (name.EndsWith("Exception", StringComparison.Ordinal) ? name : name + "Exception");
    }
}
