using Samsa.Broker.Metadata;
using Samsa.Protocol.Messages;

namespace Samsa.Broker.Groups;

/// <summary>
/// One step of the groups of a partition: when the event happened, and the effects that the step collects. Nothing is done here;
/// whoever drives the groups appends the stores in order, and hands out the answers after all stores of the step are committed.
/// </summary>
internal sealed class GroupStep(GroupTime time, MetadataImage cluster)
{
    private List<KeyValuePair<GroupTicket, IMessage>>? _answers;
    private List<GroupStore>? _stores;
    private List<GroupEvent>? _following;

    /// <summary>Milliseconds of the clock that deadlines are measured by.</summary>
    public long Now => time.Monotonic;

    /// <summary>Milliseconds since 1970.</summary>
    public long Timestamp => time.Timestamp;

    /// <summary>What the cluster knows.</summary>
    public MetadataImage Cluster { get; } = cluster;

    /// <summary>Who is answered what, in order.</summary>
    public IReadOnlyList<KeyValuePair<GroupTicket, IMessage>> Answers => _answers ?? [];

    /// <summary>What is to be appended, in order.</summary>
    public IReadOnlyList<GroupStore> Stores => _stores ?? [];

    /// <summary>Events that are to come, after those that wait already.</summary>
    public IReadOnlyList<GroupEvent> Following => _following ?? [];

    /// <summary>Answers a request.</summary>
    public void Answer(GroupTicket ticket, IMessage answer) => (_answers ??= []).Add(new(ticket, answer));

    /// <summary>Lets an event come later.</summary>
    public void Follow(GroupEvent happened) => (_following ??= []).Add(happened);

    /// <summary>Appends records; without a receipt nobody needs to know when they are committed.</summary>
    public void Store(IReadOnlyList<GroupRecord> records, GroupReceipt? receipt = null)
    {
        if (records.Count > 0 || receipt is not null)
        {
            (_stores ??= []).Add(new GroupStore(records, receipt));
        }
    }
}
