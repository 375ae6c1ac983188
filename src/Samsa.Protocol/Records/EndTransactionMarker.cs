namespace Samsa.Protocol.Records;

/// <summary>The content of a commit or abort marker (KIP-98).</summary>
/// <param name="Type"><see cref="ControlRecordType.Commit"/> or <see cref="ControlRecordType.Abort"/>.</param>
/// <param name="CoordinatorEpoch">The epoch of the transaction coordinator that wrote it.</param>
public readonly record struct EndTransactionMarker(ControlRecordType Type, int CoordinatorEpoch);
