using System.Text;
using Samsa.Protocol;
using Samsa.Storage;
using Samsa.Storage.Checkpoints;
using Samsa.UnitTests.Protocol.Records;
using Samsa.UnitTests.Storage.Files;
using Xunit;

namespace Samsa.UnitTests.Storage.Checkpoints;

public sealed class CheckpointFileTests
{
    private const string Path = "/data/checkpoint";
    private readonly MemoryFileSystem _files = new();

    public CheckpointFileTests() => _files.CreateDirectory("/data");

    [Theory]
    [InlineData(Samples.Kafka39, OffsetCheckpointFile.RecoveryPointName)]
    [InlineData(Samples.Kafka39, OffsetCheckpointFile.HighWatermarkName)]
    [InlineData(Samples.Kafka39, OffsetCheckpointFile.LogStartOffsetName)]
    [InlineData(Samples.Kafka43, OffsetCheckpointFile.RecoveryPointName)]
    [InlineData(Samples.Kafka43, OffsetCheckpointFile.HighWatermarkName)]
    public void An_offset_checkpoint_of_Kafka_is_written_as_it_was_read(string version, string name)
    {
        var golden = Samples.Read($"{version}/{name}");
        _files.WriteFile(Path, golden);

        var entries = new OffsetCheckpointFile(_files, Path).Read();
        _files.DeleteFile(Path);
        new OffsetCheckpointFile(_files, Path).Write(entries);

        Assert.NotEmpty(entries);
        Assert.Equal(golden, _files.ReadAllBytes(Path));
    }

    [Fact]
    public void A_missing_file_and_an_empty_one_have_no_entries()
    {
        Assert.Empty(new OffsetCheckpointFile(_files, Path).Read());
        _files.WriteFile(Path, []);
        Assert.Empty(new OffsetCheckpointFile(_files, Path).Read());
    }

    [Theory]
    [InlineData("1\n0\n", "Line 1", "'1'")]
    [InlineData("x\n", "Line 1", "'x'")]
    [InlineData("0\n", "Line 2", "number of entries")]
    [InlineData("0\n-1\n", "Line 2", "'-1'")]
    [InlineData("0\n1\nt 0\n", "Line 3", "'t 0'")]
    [InlineData("0\n1\nt zero 1\n", "Line 3", "topic partition offset")]
    [InlineData("0\n1\nt 0 1 2\n", "Line 3", "'t 0 1 2'")]
    [InlineData("0\n1\nt -1 1\n", "Line 3", "'t -1 1'")]
    [InlineData("0\n1\nt 0 99999999999999999999\n", "Line 3", "99999999999999999999")]
    [InlineData("0\n2\nt 0 1\n", "announces 2 entries on line 2 but holds 1", "checkpoint")]
    [InlineData("0\n1\nt 0 1\n\n", "Line 4", "''")]
    [InlineData("0\n2147483647\n", "announces 2147483647 entries", "holds 0")]
    public void A_malformed_file_is_an_error_that_names_file_and_line(string content, string line, string detail)
    {
        _files.WriteFile(Path, Encoding.UTF8.GetBytes(content));

        var failure = Assert.Throws<StorageException>(() => new OffsetCheckpointFile(_files, Path).Read());

        Assert.Contains(line, failure.Message, StringComparison.Ordinal);
        Assert.Contains(detail, failure.Message, StringComparison.Ordinal);
        Assert.Equal(Path, failure.Path);
    }

    [Fact]
    public void Random_bytes_never_crash_the_readers()
    {
        const int Seed = 4711;
        var random = new Random(Seed);
        var golden = Samples.Read($"{Samples.Kafka39}/{OffsetCheckpointFile.RecoveryPointName}");
        for (var round = 0; round < 2000; round++)
        {
            var bytes = golden[..random.Next(golden.Length + 1)];
            for (var change = random.Next(4); change > 0 && bytes.Length > 0; change--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            _files.WriteFile(Path, bytes);
            _files.WriteFile("/data/partition.metadata", bytes);
            _files.WriteFile("/data/meta.properties", bytes);
            Tolerate(() => new OffsetCheckpointFile(_files, Path).Read());
            Tolerate(() => LeaderEpochCheckpointFile.Read(_files, Path));
            Tolerate(() => PartitionMetadataFile.Read(_files, "/data"));
            Tolerate(() => MetaProperties.Read(_files, "/data"));
        }

        static void Tolerate(Action action)
        {
            try
            {
                action();
            }
            catch (StorageException)
            {
            }
        }
    }

    [Fact]
    public void An_unchanged_checkpoint_is_not_written_again()
    {
        var file = new OffsetCheckpointFile(_files, Path);
        var entries = new Dictionary<TopicPartition, long> { [new("t", 0)] = 5 };
        file.Write(entries);
        var flushes = _files.Flushes;
        file.Write(entries);
        Assert.Equal(flushes, _files.Flushes);
        entries[new("t", 0)] = 6;
        file.Write(entries);
        Assert.Equal("0\n1\nt 0 6\n", Encoding.UTF8.GetString(_files.ReadAllBytes(Path)));
    }

    [Fact]
    public void After_a_failed_write_the_next_one_is_tried()
    {
        var file = new OffsetCheckpointFile(_files, Path);
        var entries = new Dictionary<TopicPartition, long> { [new("t", 0)] = 5 };
        _files.Fault = (_, _) => "no space left";
        Assert.Throws<StorageException>(() => file.Write(entries));
        _files.Fault = null;
        file.Write(entries);
        Assert.Equal("0\n1\nt 0 5\n", Encoding.UTF8.GetString(_files.ReadAllBytes(Path)));
    }

    [Theory]
    [InlineData(Samples.Kafka39)]
    [InlineData(Samples.Kafka43)]
    public void Partition_metadata_of_Kafka_is_written_as_it_was_read(string version)
    {
        var golden = Samples.Read($"{version}/plain-0/partition.metadata");
        _files.WriteFile("/data/partition.metadata", golden);

        var id = PartitionMetadataFile.Read(_files, "/data");
        Assert.NotNull(id);
        PartitionMetadataFile.Write(_files, "/data", id.Value);

        Assert.Equal(golden, _files.ReadAllBytes("/data/partition.metadata"));
    }

    [Theory]
    [InlineData("version: 1\ntopic_id: vx1HUmUsT6-62zPYdq_aog", "Line 1 is 'version: 1'")]
    [InlineData("version: 0\ntopic_id: short", "Line 2 is 'topic_id: short'")]
    [InlineData("version: 0\ntopic_id: AAAAAAAAAAAAAAAAAAAAAA", "Line 2")]
    [InlineData("version: 0", "'topic_id' is missing")]
    [InlineData("topic_id: vx1HUmUsT6-62zPYdq_aog", "'version' is missing")]
    [InlineData("version: 0\ntopic: x", "Line 2 is 'topic: x'")]
    public void Malformed_partition_metadata_is_an_error_that_names_the_line(string content, string expected)
    {
        _files.WriteFile("/data/partition.metadata", Encoding.UTF8.GetBytes(content));
        var failure = Assert.Throws<StorageException>(() => PartitionMetadataFile.Read(_files, "/data"));
        Assert.Contains(expected, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_clean_shutdown_marker_has_Kafkas_bytes_and_is_taken_once()
    {
        CleanShutdownFile.Write(_files, "/data");
        Assert.Equal(Samples.Read($"{Samples.Kafka39}/.kafka_cleanshutdown"), _files.ReadAllBytes("/data/.kafka_cleanshutdown"));
        Assert.True(CleanShutdownFile.Take(_files, "/data"));
        Assert.False(CleanShutdownFile.Take(_files, "/data"));
    }
}
