namespace Samsa.Protocol.Records;

/// <summary>What is wrong with record bytes. Bad records are an expected outcome, so they are values, not exceptions.</summary>
public enum RecordFault
{
    /// <summary>Nothing is wrong.</summary>
    None = 0,

    /// <summary>The bytes end before the batch does.</summary>
    Truncated,

    /// <summary>The size field is too small for the format, or differs from the bytes at hand.</summary>
    InvalidSize,

    /// <summary>The format version is none of 0, 1 and 2, or is not the one that is allowed here.</summary>
    InvalidMagic,

    /// <summary>The checksum does not match.</summary>
    InvalidCrc,

    /// <summary>The attributes name a codec that does not exist, or that this format version does not allow.</summary>
    UnknownCodec,

    /// <summary>The record count or an offset of the header is negative or contradicts the others.</summary>
    InvalidHeader,

    /// <summary>A record's own lengths contradict each other or the bytes that remain.</summary>
    InvalidRecord,

    /// <summary>The batch holds more or fewer records than its header says.</summary>
    WrongRecordCount,

    /// <summary>The compressed bytes cannot be decompressed.</summary>
    CorruptCompression,

    /// <summary>Decompressing would take more bytes than the caller allowed.</summary>
    TooLarge,

    /// <summary>A compressed message holds compressed messages, or messages of another format version.</summary>
    InvalidNesting,
}
