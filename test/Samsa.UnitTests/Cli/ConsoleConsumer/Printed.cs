using System.Buffers;
using System.Text;
using Samsa.Cli.Tools;
using Samsa.Cli.Tools.ConsoleConsumer.Formatters;
using Samsa.Protocol.Records;

namespace Samsa.UnitTests.Cli.ConsoleConsumer;

/// <summary>What a formatter prints for a record.</summary>
internal static class Printed
{
    /// <summary>Prints one record: offset 7 of partition 3, time 1000, leader epoch 5.</summary>
    public static string Record(IMessageFormatter formatter, byte[]? key, byte[]? value, params RecordHeader[] headers) =>
        Record(formatter, TimestampType.CreateTime, 5, key, value, headers);

    /// <summary>Prints one record of a batch with these properties.</summary>
    public static string Record(
        IMessageFormatter formatter, TimestampType timestamps, int epoch, byte[]? key, byte[]? value, params RecordHeader[] headers)
    {
        using var builder = new RecordBatchBuilder(new RecordBatchOptions { BaseOffset = 7 });
        builder.Append(1000, (OptionalBytes)key, (OptionalBytes)value, headers);
        var batches = new RecordBatchEnumerator(builder.Build().Span);
        if (!batches.MoveNext())
            throw new InvalidOperationException("the batch is not there");
        var output = new ArrayBufferWriter<byte>();
        using var reader = new RecordReader();
        foreach (var record in reader.Read(batches.Current))
            formatter.Write(record, new RecordPlace(3, timestamps, epoch), output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    /// <summary>The formatter with the settings <c>key=value</c>, separated by semicolons.</summary>
    public static DefaultFormatter Formatter(string settings, string like = "3.9") => new(
        settings.Split(';', StringSplitOptions.RemoveEmptyEntries).Select(s => s.Split('=', 2)).ToDictionary(s => s[0], s => s[1]),
        KafkaReleases.Parse(like));
}
