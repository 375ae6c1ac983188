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
        ErrorCode.NonEmptyGroup => "The group is not empty.",
        ErrorCode.GroupIdNotFound => "The group id does not exist.",
        ErrorCode.InvalidGroupId => "The configured groupId is invalid.",
        ErrorCode.UnknownMemberId => "The coordinator is not aware of this member.",
        ErrorCode.CoordinatorNotAvailable => "The coordinator is not available.",
        ErrorCode.NotCoordinator => "This is not the correct coordinator.",
        ErrorCode.GroupSubscribedToTopic => "Deleting offsets of a topic is forbidden while the consumer group is actively subscribed to it.",
        ErrorCode.KafkaStorageError => "Disk error when trying to access log file on the disk.",
        _ => code.Description(),
    };

    /// <summary>The name of the exception class that Kafka's clients throw for a code.</summary>
    public static string ExceptionClass(ErrorCode code)
    {
        string name = code switch
        {
            ErrorCode.UnknownServerError => "UnknownServerException",
            ErrorCode.CorruptMessage => "CorruptRecordException",
            ErrorCode.RequestTimedOut => "TimeoutException",
            ErrorCode.MessageTooLarge => "RecordTooLargeException",
            ErrorCode.StaleControllerEpoch => "ControllerMovedException",
            ErrorCode.OffsetMetadataTooLarge or ErrorCode.InvalidRegularExpression => code.ToString(),
            ErrorCode.RecordListTooLarge => "RecordBatchTooLargeException",
            ErrorCode.TopicAlreadyExists => "TopicExistsException",
            ErrorCode.InvalidConfig => "InvalidConfigurationException",
            ErrorCode.OutOfOrderSequenceNumber => "OutOfOrderSequenceException",
            ErrorCode.DuplicateSequenceNumber => "DuplicateSequenceException",
            ErrorCode.InvalidProducerIdMapping => "InvalidPidMappingException",
            ErrorCode.InvalidTransactionTimeout => "InvalidTxnTimeoutException",
            ErrorCode.KafkaStorageError => "KafkaStorageException",
            ErrorCode.DelegationTokenAuthDisabled => "DelegationTokenDisabledException",
            ErrorCode.DelegationTokenRequestNotAllowed => "UnsupportedByAuthenticationException",
            ErrorCode.NonEmptyGroup => "GroupNotEmptyException",
            ErrorCode.PrincipalDeserializationFailure => "PrincipalDeserializationException",
            ErrorCode.FetchSessionTopicIdError => "FetchSessionTopicIdException",
            _ => Regular(code.ToString()),
        };
        return "org.apache.kafka.common.errors." + name;
    }

    private static string Regular(string code)
    {
        const string Failed = "Failed";
        const string Exception = "Exception";
        return code.EndsWith(Exception, StringComparison.Ordinal) ? code
            : code.EndsWith("Authorization" + Failed, StringComparison.Ordinal) || code.EndsWith("Authentication" + Failed, StringComparison.Ordinal)
                ? code[..^Failed.Length] + Exception
            : code + Exception;
    }
}
