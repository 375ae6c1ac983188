using Samsa.InteropTests.Support;
using Samsa.Protocol.Messages;
using Xunit;

namespace Samsa.InteropTests.DumpLog;

public sealed class DumpLog43Tests() : DumpLogTests("4.3")
{
    [Fact]
    public async Task Every_record_of_groups_is_the_same_JSON()
    {
        using TemporaryDirectory directory = new();
        string file = Write(directory, "groups", StoredRecords.Coordinator(MessageKind.GroupKey, MessageKind.GroupValue, seed: 1));
        Assert.InRange(await SameRecordsAsync("--offsets-decoder", file), 55, int.MaxValue);
    }

    [Fact]
    public async Task Every_record_of_the_metadata_log_is_the_same_JSON()
    {
        using TemporaryDirectory directory = new();
        string file = Write(directory, "metadata", StoredRecords.Framed(MessageKind.Metadata, seed: 3));
        Assert.InRange(await SameRecordsAsync("--cluster-metadata-decoder", file), 60, int.MaxValue);
    }

    [Fact]
    public async Task Transactions_and_share_groups_are_the_same_JSON()
    {
        using TemporaryDirectory directory = new();
        string transactions = Write(
            directory, "transactions", StoredRecords.Coordinator(MessageKind.TransactionKey, MessageKind.TransactionValue, seed: 5));
        Assert.InRange(await SameRecordsAsync("--transaction-log-decoder", transactions), 6, int.MaxValue);
        string share = Write(directory, "share", StoredRecords.Coordinator(MessageKind.ShareKey, MessageKind.ShareValue, seed: 6));
        Assert.InRange(await SameRecordsAsync("--share-group-state-decoder", share), 6, int.MaxValue);
    }

    [Fact]
    public async Task Remote_segments_are_the_same_text()
    {
        using TemporaryDirectory directory = new();
        string file = Write(directory, "remote", StoredRecords.Remote(seed: 7));
        Assert.InRange(await SameRecordsAsync("--remote-log-metadata-decoder", file), 30, int.MaxValue);
    }
}
