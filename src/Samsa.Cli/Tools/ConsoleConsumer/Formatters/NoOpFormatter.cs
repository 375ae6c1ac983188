using System.Buffers;
using Samsa.Protocol.Records;

namespace Samsa.Cli.Tools.ConsoleConsumer.Formatters;

/// <summary>Prints nothing: records are counted only.</summary>
internal sealed class NoOpFormatter : IMessageFormatter
{
    public void Write(in RecordView record, in RecordPlace place, ArrayBufferWriter<byte> output)
    {
    }
}
