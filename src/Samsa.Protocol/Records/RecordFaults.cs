namespace Samsa.Protocol.Records;

/// <summary>Sentences for <see cref="RecordFault"/>.</summary>
public static class RecordFaults
{
    /// <summary>A sentence that says what was wrong and what would be right, fit for an error message to a client.</summary>
    public static string Describe(this RecordFault fault) => fault switch
    {
        RecordFault.None => "The records are sound.",
        RecordFault.Truncated => "The records end before the size in their batch header is reached.",
        RecordFault.InvalidSize => "The size field of a batch is too small for its format or differs from the bytes received.",
        RecordFault.InvalidMagic => "The magic byte of a batch is not a record format version that is allowed here (0, 1 or 2).",
        RecordFault.InvalidCrc => "The checksum of a batch does not match its bytes.",
        RecordFault.UnknownCodec => "The attributes of a batch name a compression codec that its format does not have.",
        RecordFault.InvalidHeader => "The record count or last offset delta of a batch header is negative or contradictory.",
        RecordFault.InvalidRecord => "A length inside a record contradicts the record's size or the bytes that remain.",
        RecordFault.WrongRecordCount => "A batch holds another number of records than its header declares.",
        RecordFault.CorruptCompression => "The compressed records of a batch cannot be decompressed.",
        RecordFault.TooLarge => "The records of a batch decompress to more bytes than are allowed.",
        RecordFault.InvalidNesting => "A compressed message holds compressed messages or messages of another format version.",
        _ => "The records are unusable.",
    };
}
