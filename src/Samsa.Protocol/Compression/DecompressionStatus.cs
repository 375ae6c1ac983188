namespace Samsa.Protocol.Compression;

/// <summary>How a decompression ended. Bad bytes from a client are an expected outcome, so this is a value.</summary>
public enum DecompressionStatus
{
    /// <summary>All input was decompressed.</summary>
    Done,

    /// <summary>The input is not what the codec writes, or it ends early.</summary>
    Corrupt,

    /// <summary>There would be more output than the caller allowed; decompression stopped there.</summary>
    TooLarge,
}
