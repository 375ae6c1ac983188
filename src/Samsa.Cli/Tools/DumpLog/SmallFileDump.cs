using System.Buffers.Binary;
using Samsa.Protocol.Records;
using Samsa.Storage.Inspection;

namespace Samsa.Cli.Tools.DumpLog;

/// <summary>Prints <c>.txnindex</c> and <c>.snapshot</c> files.</summary>
internal static class SmallFileDump
{
    private const int SnapshotHeaderBytes = 6;

    /// <exception cref="ToolException">The file cannot be read.</exception>
    public static void DumpTransactions(string path, ToolConsole console)
    {
        _ = FilePath.BaseOffset(path);
        foreach (var aborted in StoredFiles.TransactionIndexEntries(FilePath.ReadAll(path)))
        {
            console.Output.Write($"version: 0 producerId: {aborted.ProducerId} firstOffset: {aborted.FirstOffset} ");
            console.Output.WriteLine($"lastOffset: {aborted.LastOffset} lastStableOffset: {aborted.LastStableOffset}");
        }
    }

    /// <summary>A snapshot that is none is a line on standard error, not an end.</summary>
    /// <exception cref="ToolException">The file cannot be read.</exception>
    public static void DumpProducers(string path, ToolConsole console)
    {
        byte[] bytes = FilePath.ReadAll(path);
        if (!StoredFiles.TryReadProducers(bytes, out var producers, out string fault))
        {
            console.Error(Describe(bytes, fault));
            return;
        }

        foreach (var producer in producers)
        {
            string first = producer.TransactionFirstOffset is { } offset ? $"OptionalLong[{offset}]" : "OptionalLong.empty";
            console.Output.Write($"producerId: {producer.ProducerId} producerEpoch: {producer.Epoch} coordinatorEpoch: {producer.CoordinatorEpoch} ");
            console.Output.Write($"currentTxnFirstOffset: {first} lastTimestamp: {producer.LastTimestamp} ");
            if (producer.NewestBatch is { } batch)
            {
                console.Output.Write($"firstSequence: {batch.FirstSequence} lastSequence: {batch.LastSequence} lastOffset: {batch.LastOffset} ");
                console.Output.Write($"offsetDelta: {batch.OffsetDelta} timestamp: {batch.Timestamp}");
            }

            console.Output.WriteLine();
        }
    }

    /// <summary>Kafka's words where it has words of its own and not those of its libraries.</summary>
    private static string Describe(byte[] bytes, string fault)
    {
        if (bytes.Length >= sizeof(short) && BinaryPrimitives.ReadInt16BigEndian(bytes) is var version and not 1)
            return $"Snapshot contained an unknown file version {version}";
        if (bytes.Length >= SnapshotHeaderBytes
            && BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(sizeof(short))) is var stored
            && Crc32C.Compute(bytes.AsSpan(SnapshotHeaderBytes)) is var computed
            && stored != computed
            && HoldsWholeEntries(bytes))
            return $"Snapshot is corrupt (CRC is no longer valid). Stored crc: {stored}. Computed crc: {computed}";
        return $"Snapshot failed schema validation: {fault}";
    }

    private static bool HoldsWholeEntries(byte[] bytes)
    {
        const int HeaderBytes = 10;
        const int EntryBytes = 46;
        return bytes.Length >= HeaderBytes
            && bytes.Length - HeaderBytes >= (long)BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(SnapshotHeaderBytes)) * EntryBytes;
    }
}
