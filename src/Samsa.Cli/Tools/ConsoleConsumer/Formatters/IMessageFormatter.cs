using System.Buffers;
using Samsa.Protocol.Records;

namespace Samsa.Cli.Tools.ConsoleConsumer.Formatters;

/// <summary>Writes a record as the console consumer prints it.</summary>
internal interface IMessageFormatter
{
    /// <summary>Writes one record.</summary>
    /// <exception cref="MessageException">It cannot be written; what was written of it before stays.</exception>
    void Write(in RecordView record, in RecordPlace place, ArrayBufferWriter<byte> output);
}
