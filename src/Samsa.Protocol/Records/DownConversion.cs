namespace Samsa.Protocol.Records;

/// <summary>The outcome of <see cref="RecordConverter.DownConvert"/>. Whatever the status, the batches before the one that ended it are in the destination.</summary>
/// <param name="Status">How it ended.</param>
/// <param name="Fault">What was wrong, for <see cref="DownConversionStatus.Corrupt"/>.</param>
/// <param name="RecordsConverted">Records that were written in another format than they had.</param>
/// <param name="BytesConsumed">Bytes of the source whose batches are done.</param>
public readonly record struct DownConversion(DownConversionStatus Status, RecordFault Fault, int RecordsConverted, int BytesConsumed);
