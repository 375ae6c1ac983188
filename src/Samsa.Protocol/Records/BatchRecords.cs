namespace Samsa.Protocol.Records;

/// <summary>
/// The records of one batch of any magic, in order. Views stay valid until the <see cref="RecordReader"/> they came from reads
/// another batch. After <see cref="MoveNext"/> returned false, <see cref="Fault"/> tells whether that was the end.
/// </summary>
public ref struct BatchRecords
{
    private readonly bool _isLegacy;
    private RecordEnumerator _current;
    private LegacyRecordEnumerator _legacy;
    private readonly RecordFault _fault;

    internal BatchRecords(RecordFault fault) => _fault = fault;

    internal BatchRecords(RecordEnumerator records) => _current = records;

    internal BatchRecords(LegacyRecordEnumerator records)
    {
        _legacy = records;
        _isLegacy = true;
    }

    /// <summary>The record that <see cref="MoveNext"/> reached.</summary>
    public readonly RecordView Current => _isLegacy ? _legacy.Current : _current.Current;

    /// <summary>The whole message of magic 0 or 1 that is the current record, its own checksum included; empty for magic 2.</summary>
    public readonly ReadOnlySpan<byte> LegacyMessage => _isLegacy ? _legacy.Message : default;

    /// <summary>What stopped the walk; None at a proper end.</summary>
    public readonly RecordFault Fault => _fault != RecordFault.None ? _fault : _isLegacy ? _legacy.Fault : _current.Fault;

    /// <summary>Itself, for foreach.</summary>
    public readonly BatchRecords GetEnumerator() => this;

    /// <summary>Moves to the next record; false at the end or at the first fault.</summary>
    public bool MoveNext() => _fault == RecordFault.None && (_isLegacy ? _legacy.MoveNext() : _current.MoveNext());
}
