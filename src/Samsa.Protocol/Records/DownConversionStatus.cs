namespace Samsa.Protocol.Records;

/// <summary>How a down-conversion ended.</summary>
public enum DownConversionStatus
{
    /// <summary>All whole batches were converted; a truncated tail is left out.</summary>
    Done,

    /// <summary>A batch compressed with zstd was met, which older formats do not have: the answer is UNSUPPORTED_COMPRESSION_TYPE.</summary>
    UnsupportedCompression,

    /// <summary>A batch is broken: see the fault.</summary>
    Corrupt,
}
