using System.Buffers;
using Samsa.Cli.Tools.ConsoleConsumer.Formatters;
using Samsa.Client.Consumer;

namespace Samsa.Cli.Tools.ConsoleConsumer;

/// <summary>
/// Prints records and counts them. Owns the bytes that are not handed to standard output yet: they go there before the tool waits, and when
/// they are many. One thread.
/// </summary>
/// <param name="formatter">Writes a record.</param>
/// <param name="console">Where to.</param>
/// <param name="most">The number of records to stop after; -1 for none.</param>
/// <param name="skipsOnError">Whether a record that cannot be printed is passed over.</param>
internal sealed class RecordPrinter(IMessageFormatter formatter, ToolConsole console, int most, bool skipsOnError)
{
    private const int MostKept = 64 * 1024;

    private readonly ArrayBufferWriter<byte> _bytes = new(2 * MostKept);

    /// <summary>The records so far, those that could not be printed included.</summary>
    public int Count { get; private set; }

    /// <summary>True when there is nothing more to do: enough was printed, or nobody reads it any more.</summary>
    public bool IsDone => (most != -1 && Count >= most) || console.IsOutputClosed;

    /// <summary>Prints the records of a batch, as many as are wanted.</summary>
    /// <returns>The offset behind the last one that was printed.</returns>
    /// <exception cref="MessageException">A record cannot be printed, and is not passed over.</exception>
    /// <exception cref="ConsumeException">The batch is corrupt.</exception>
    public long Print(ConsumedBatch batch)
    {
        long next = batch.FirstOffset;
        var place = new RecordPlace(batch.Partition.Partition, batch.TimestampType, batch.LeaderEpoch);
        foreach (var record in batch)
        {
            if (IsDone)
                return next;
            Count++;
            next = record.Offset + 1;
            try
            {
                formatter.Write(record, place, _bytes);
            }
            catch (MessageException e) when (skipsOnError)
            {
                Flush();
                console.Error($"ERROR Error processing message, skipping this message: {e.Message}");
            }

            if (_bytes.WrittenCount >= MostKept)
                Flush();
        }

        return batch.NextOffset;
    }

    /// <summary>Hands what was printed to standard output.</summary>
    public void Flush()
    {
        if (_bytes.WrittenCount == 0)
            return;
        console.WriteBytes(_bytes.WrittenSpan);
        _bytes.ResetWrittenCount();
    }
}
