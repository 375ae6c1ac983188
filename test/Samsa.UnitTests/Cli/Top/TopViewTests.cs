using Samsa.Cli.Tools.Top;
using Samsa.Protocol;
using Xunit;

namespace Samsa.UnitTests.Cli.Top;

/// <summary>What two looks at a cluster say together.</summary>
public sealed class TopViewTests
{
    private static readonly Guid Id = new("11111111-2222-4333-8444-555555555555");
    private static readonly TimeSpan TwoSeconds = TimeSpan.FromSeconds(2);

    [Fact]
    public void Rates_are_growth_by_time_and_the_busiest_topic_is_first()
    {
        var before = Sample(("calm", 0, new(Id, 1, 5, 50)), ("busy", 0, new(Id, 1, 100, 1000)), ("busy", 1, new(Id, 2, 0, 0)));
        var now = Sample(("calm", 0, new(Id, 1, 5, 50)), ("busy", 0, new(Id, 1, 300, 5000)), ("busy", 1, new(Id, 2, 100, 2000)));

        var rows = TopView.Of(before, now, TwoSeconds, byPartition: false).Rows;

        Assert.Equal(["busy", "calm"], rows.Select(row => row.Topic));
        Assert.Equal((2, 150.0, 3000.0, 400L, 7000L), (rows[0].Partitions, rows[0].RecordsPerSecond, rows[0].BytesPerSecond, rows[0].EndOffset, rows[0].Size));
        Assert.Equal([1, 2], rows[0].Leaders);
        Assert.Equal((0.0, 0.0), (rows[1].RecordsPerSecond, rows[1].BytesPerSecond));
    }

    [Fact]
    public void Partitions_have_lines_of_their_own_when_asked_for()
    {
        var before = Sample(("t", 0, new(Id, 1, 0, 0)), ("t", 1, new(Id, 1, 0, 0)), ("t", 10, new(Id, 1, 0, 0)));
        var now = Sample(("t", 10, new(Id, 1, 0, 0)), ("t", 1, new(Id, 1, 0, 0)), ("t", 0, new(Id, 1, 8, 0)));

        var rows = TopView.Of(before, now, TwoSeconds, byPartition: true).Rows;

        Assert.Equal([(0, 4.0), (1, 0.0), (10, 0.0)], rows.Select(row => (row.Partition!.Value, row.RecordsPerSecond!.Value)));
    }

    [Fact]
    public void The_first_look_has_no_rates()
    {
        var row = Assert.Single(TopView.Of(null, Sample(("t", 0, new(Id, 1, 7, 70))), TwoSeconds, byPartition: false).Rows);

        Assert.Equal((null, null, 7L, 70L), (row.RecordsPerSecond, row.BytesPerSecond, row.EndOffset, row.Size));
    }

    [Fact]
    public void What_retention_deleted_makes_bytes_unknown_and_records_not()
    {
        var rows = TopView.Of(Sample(("t", 0, new(Id, 1, 10, 1000))), Sample(("t", 0, new(Id, 1, 20, 500))), TwoSeconds, byPartition: false).Rows;

        Assert.Equal((5.0, null), (rows[0].RecordsPerSecond, rows[0].BytesPerSecond));
    }

    [Fact]
    public void A_topic_that_was_made_anew_has_no_rates_although_its_offsets_are_larger()
    {
        var rows = TopView.Of(Sample(("t", 0, new(Id, 1, 10, 1000))), Sample(("t", 0, new(Guid.Empty, 1, 20, 5000))), TwoSeconds, byPartition: false).Rows;

        Assert.Equal((null, null), (rows[0].RecordsPerSecond, rows[0].BytesPerSecond));
    }

    [Fact]
    public void A_partition_without_a_leader_makes_its_topics_numbers_unknown()
    {
        var before = Sample(("t", 0, new(Id, 1, 0, 0)), ("t", 1, new(Id, 1, 0, 0)));
        var now = Sample(("t", 0, new(Id, 1, 5, 5)), ("t", 1, new(Id, -1, -1, -1)));

        var row = Assert.Single(TopView.Of(before, now, TwoSeconds, byPartition: false).Rows);

        Assert.Equal((null, null, null, null), (row.RecordsPerSecond, row.BytesPerSecond, row.EndOffset, row.Size));
        Assert.Equal([-1, 1], row.Leaders);
    }

    private static TopSample Sample(params (string Topic, int Partition, PartitionSample Seen)[] partitions) =>
        new(0, partitions.ToDictionary(one => new TopicPartition(one.Topic, one.Partition), one => one.Seen));
}
