namespace Samsa.Cli.Tools.DumpLog;

/// <summary>What the command line of <c>dump-log</c> asks for.</summary>
internal sealed record DumpSettings
{
    /// <summary>The release whose output is to be matched.</summary>
    public required KafkaRelease Release { get; init; }

    /// <summary>Each record gets a line.</summary>
    public required bool Deep { get; init; }

    /// <summary>Keys and values are printed.</summary>
    public required bool PrintData { get; init; }

    /// <summary>Offset, timestamp and sizes of a record are not printed.</summary>
    public required bool SkipRecordMetadata { get; init; }

    /// <summary>Indexes are only checked as a start of the broker does.</summary>
    public required bool IndexSanityOnly { get; init; }

    /// <summary>The entries of indexes are compared with the log and not printed.</summary>
    public required bool VerifyIndexOnly { get; init; }

    /// <summary>How far into a log it looks, in bytes; read only where it is needed.</summary>
    public required Func<int> MaxBytes { get; init; }

    /// <summary>The largest batch that an index entry may lead to, in bytes; read only where it is needed.</summary>
    public required Func<int> MaxMessageSize { get; init; }

    /// <summary>Makes what turns keys and values into text.</summary>
    public required Func<ToolConsole, IRecordFormat> CreateFormat { get; init; }
}
