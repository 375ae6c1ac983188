using Samsa.Protocol.Records;

namespace Samsa.Cli.Tools.DumpLog;

/// <summary>Turns key and value of a record into text.</summary>
internal interface IRecordFormat
{
    /// <summary>The texts; null for one that is not to be printed.</summary>
    /// <exception cref="ToolException">The record cannot be read so, and the tool has to end.</exception>
    (string? Key, string? Payload) Format(in RecordView record);
}
