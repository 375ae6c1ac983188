namespace Samsa.Storage.Epochs;

/// <summary>
/// The answer to "where does this epoch end here?": the largest local epoch not above the requested one, and the offset
/// after its last record. Both are -1 when the question cannot be answered (KIP-279).
/// </summary>
public readonly record struct EpochEndOffset(int Epoch, long EndOffset)
{
    /// <summary>The epoch or offset of an answer that does not exist.</summary>
    public const int Undefined = -1;

    /// <summary>No answer.</summary>
    public static EpochEndOffset None => new(Undefined, Undefined);
}
