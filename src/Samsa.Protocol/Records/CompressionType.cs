namespace Samsa.Protocol.Records;

/// <summary>The codec of a record batch, as stored in the lowest three bits of its attributes.</summary>
public enum CompressionType
{
    /// <summary>Not compressed.</summary>
    None = 0,

    /// <summary>gzip (RFC 1952).</summary>
    Gzip = 1,

    /// <summary>Snappy blocks in xerial framing.</summary>
    Snappy = 2,

    /// <summary>LZ4 frame format.</summary>
    Lz4 = 3,

    /// <summary>Zstandard (magic 2 only, KIP-110).</summary>
    Zstd = 4,
}
