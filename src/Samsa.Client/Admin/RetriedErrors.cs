using Samsa.Protocol;

namespace Samsa.Client.Admin;

/// <summary>Which failures of a single item may pass, by the kind of question.</summary>
internal static class RetriedErrors
{
    /// <summary>
    /// Changes that the controller makes. A <see cref="ErrorCode.RequestTimedOut"/> is not among them: the change goes on, and asking
    /// again would be answered with a topic that exists already.
    /// </summary>
    public static bool OfChange(ErrorCode code) => code is ErrorCode.NotController or ErrorCode.ThrottlingQuotaExceeded;

    /// <summary>Questions to a partition's leader, which may have moved.</summary>
    public static bool OfLeader(ErrorCode code) => code.IsRetriable();

    /// <summary>Questions to a group's coordinator, which may move, or read its log first.</summary>
    public static bool OfCoordinator(ErrorCode code) =>
        code is ErrorCode.CoordinatorNotAvailable or ErrorCode.CoordinatorLoadInProgress or ErrorCode.NotCoordinator;

    /// <summary>Questions to any broker; what it does not know, it does not know.</summary>
    public static bool OfAny(ErrorCode code) =>
        code.IsRetriable() && code is not (ErrorCode.UnknownTopicOrPartition or ErrorCode.UnknownTopicId or ErrorCode.RequestTimedOut);
}
