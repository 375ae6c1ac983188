using Microsoft.Extensions.Logging;
using Samsa.Protocol;
using Samsa.Protocol.Records;
using Samsa.Storage;

namespace Samsa.Broker.Groups;

/// <summary>
/// Owns: the buffers of reading one partition of <c>__consumer_offsets</c> into its groups.
/// Threads: one. Lifetime: one load. Fails with <see cref="StorageException"/> when the disk does; a record that cannot be understood
/// is reported and left out, for what the others say is still true.
/// </summary>
internal sealed partial class GroupLoader(PartitionLog log, GroupShard shard, int bufferBytes, ILogger logger) : IDisposable
{
    private readonly RecordReader _records = new();
    private byte[] _buffer = [];

    /// <summary>Records taken over.</summary>
    public long Loaded { get; private set; }

    /// <summary>Reads the whole log. Nobody appends meanwhile.</summary>
    /// <exception cref="StorageException">The disk failed, or what it holds is no log.</exception>
    public void Load(CancellationToken cancellation)
    {
        var offset = log.LogStartOffset;
        var end = log.LogEndOffset;
        while (offset < end && !cancellation.IsCancellationRequested)
        {
            // offsets.load.buffer.size; a batch that is larger comes whole.
            using var region = log.Read(offset, bufferBytes, end, minOneMessage: true).Region;
            if (region is null)
            {
                return;
            }

            if (_buffer.Length < region.Length)
            {
                _buffer = new byte[region.Length];
            }

            region.CopyTo(0, _buffer.AsSpan(0, region.Length));
            var next = Replay(_buffer.AsSpan(0, region.Length), offset);
            if (next == offset)
            {
                throw new StorageException(log.Directory, $"{log.TopicPartition} holds no whole batch at offset {offset}.");
            }

            offset = next;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _records.Dispose();

    // The offset after the last whole batch.
    private long Replay(ReadOnlySpan<byte> bytes, long offset)
    {
        var batches = new RecordBatchEnumerator(bytes);
        while (batches.MoveNext())
        {
            var batch = batches.Current;
            offset = Math.Max(offset, batch.LastOffset + 1);
            var isNew = batch.Magic == RecordBatch.CurrentMagic;
            var records = _records.Read(batch);
            while (records.MoveNext())
            {
                var record = records.Current;
                if (isNew && batch.Header.IsControl)
                {
                    if (ControlRecord.TryReadMarker(record, out var marker))
                    {
                        shard.ReplayMarker(batch.Header.ProducerId, marker.Type == ControlRecordType.Commit);
                    }

                    continue;
                }

                Replay(record, isNew && batch.Header.IsTransactional ? batch.Header.ProducerId : RecordBatch.NoProducerId);
            }

            if (records.Fault != RecordFault.None)
            {
                LogUnreadable(logger, log.TopicPartition, batch.LastOffset, records.Fault.ToString());
            }
        }

        return offset;
    }

    private void Replay(in RecordView record, long producerId)
    {
        if (record.Key.ToArray() is not { } key)
        {
            LogUnreadable(logger, log.TopicPartition, record.Offset, "it has no key");
            return;
        }

        try
        {
            // A null array would become an empty memory that is there.
            ReadOnlyMemory<byte>? value = record.Value.IsNull ? null : (ReadOnlyMemory<byte>?)record.Value.ToArray();
            if (shard.Replay(key, value, producerId))
            {
                Loaded++;
            }
        }
        catch (Exception e) when (e is Samsa.Protocol.Wire.ProtocolViolationException or Samsa.Protocol.Messages.UnsupportedVersionException)
        {
            LogUnreadable(logger, log.TopicPartition, record.Offset, e.Message);
        }
    }

    [LoggerMessage(EventId = 5001, Level = LogLevel.Error, Message = "A record of {Partition} at offset {Offset} is left out: {Why}")]
    private static partial void LogUnreadable(ILogger logger, TopicPartition partition, long offset, string why);
}
