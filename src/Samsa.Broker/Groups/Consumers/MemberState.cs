namespace Samsa.Broker.Groups.Consumers;

/// <summary>How far a member of a consumer group has come on its way to the target assignment. The numbers are those of the records.</summary>
internal enum MemberState
{
    /// <summary>Nothing is left to do for its epoch.</summary>
    Stable = 0,

    /// <summary>It was told to give up partitions and has not said yet that it did.</summary>
    UnrevokedPartitions = 1,

    /// <summary>It shall get partitions that another member has not given up yet.</summary>
    UnreleasedPartitions = 2,

    /// <summary>A newer broker wrote a state that is not known here.</summary>
    Unknown = 127,
}
