using Samsa.Protocol.Records;

namespace Samsa.Cli.Tools.ConsoleConsumer.Formatters;

/// <summary>What a record has from its partition and batch.</summary>
/// <param name="Partition">The number of the partition.</param>
/// <param name="TimestampType">What its timestamp means.</param>
/// <param name="LeaderEpoch">The leader epoch under which it was written, -1 for unknown.</param>
internal readonly record struct RecordPlace(int Partition, TimestampType TimestampType, int LeaderEpoch);
