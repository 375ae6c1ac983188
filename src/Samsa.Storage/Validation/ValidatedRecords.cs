using Samsa.Protocol;

namespace Samsa.Storage.Validation;

/// <summary>
/// Records ready for <c>PartitionLog</c>, or the reason why they are refused. Only the base offset and the leader epoch
/// remain to be stamped. Dispose it after the append: converted or recompressed records live in a pooled buffer.
/// </summary>
public readonly record struct ValidatedRecords : IDisposable
{
    private readonly IDisposable? _owner;

    private ValidatedRecords(IDisposable? owner) => _owner = owner;

    /// <summary>None when the records may be appended.</summary>
    public ErrorCode Error { get; init; }

    /// <summary>What was wrong and what would be right; null without an error.</summary>
    public string? ErrorMessage { get; init; }

    /// <summary>What they are counted under when they are refused.</summary>
    public RefusalCause Cause { get; init; }

    /// <summary>The records at fault, when single records are; produce answers from v8 on carry them (KIP-467).</summary>
    public IReadOnlyList<RecordError>? RecordErrors { get; init; }

    /// <summary>
    /// False where the form of the request, the size or the checksum was wrong: then, as in Kafka, the answer does not tell the
    /// log start offset, because nobody has looked into the records.
    /// </summary>
    public bool IsJudgedByLog => !IsMalformed && Error is not (ErrorCode.CorruptMessage or ErrorCode.MessageTooLarge or ErrorCode.RecordListTooLarge);

    /// <summary>The bytes cannot be the records of such a produce request at all.</summary>
    internal bool IsMalformed { get; init; }

    /// <summary>Exactly one batch of magic 2: the memory that was validated, or a pooled buffer.</summary>
    public Memory<byte> Bytes { get; private init; }

    /// <summary>How many records there are.</summary>
    public int RecordCount { get; private init; }

    /// <summary>Last minus first offset.</summary>
    public int LastOffsetDelta { get; private init; }

    /// <summary>The largest timestamp (the append time, if that rules), ms; -1 when no record has one.</summary>
    public long MaxTimestamp { get; private init; }

    /// <summary>
    /// The offset of the first record with that timestamp, minus the first offset. The last record stands for it where
    /// the records were not looked at one by one (compressed) or all have the append time.
    /// </summary>
    public int MaxTimestampOffsetDelta { get; private init; }

    /// <summary>The time that was stamped, ms; -1 when the producer's times were kept.</summary>
    public long LogAppendTime { get; private init; }

    /// <summary>The records came in an older format and were converted.</summary>
    public bool IsConverted { get; init; }

    /// <summary>The batch belongs to a transaction.</summary>
    public bool IsTransactional { get; private init; }

    /// <summary>Gives the pooled buffer back. <see cref="Bytes"/> must not be used any more.</summary>
    public void Dispose() => _owner?.Dispose();

    /// <summary>True when disposing this disposes <paramref name="owner"/>.</summary>
    internal bool Owns(IDisposable? owner) => ReferenceEquals(_owner, owner);

    internal static ValidatedRecords Refused(
        ErrorCode error, string message, RefusalCause cause = RefusalCause.None, IReadOnlyList<RecordError>? errors = null) =>
        new() { Error = error, ErrorMessage = message, Cause = cause, RecordErrors = errors, MaxTimestamp = -1, LogAppendTime = -1 };

    internal static ValidatedRecords Accepted(
        Memory<byte> bytes, IDisposable? owner, int recordCount, int lastOffsetDelta, long maxTimestamp,
        int maxTimestampOffsetDelta, long logAppendTime, bool isTransactional) => new(owner)
        {
            Bytes = bytes,
            RecordCount = recordCount,
            LastOffsetDelta = lastOffsetDelta,
            MaxTimestamp = maxTimestamp,
            MaxTimestampOffsetDelta = maxTimestampOffsetDelta,
            LogAppendTime = logAppendTime,
            IsTransactional = isTransactional,
        };
}
