using System.Text;
using Samsa.Protocol.Records;

namespace Samsa.UnitTests.Storage.Crashes;

/// <summary>The batches of the model as bytes that a log takes.</summary>
internal static class ModelBytes
{
    public static byte[] Of(ModelBatch batch)
    {
        if (batch.Marker is { } commits)
        {
            var type = commits ? ControlRecordType.Commit : ControlRecordType.Abort;
            return ControlRecord.BuildMarkerBatch(
                new EndTransactionMarker(type, 0), batch.Producer, batch.ProducerEpoch, batch.Timestamp);
        }

        using var builder = new RecordBatchBuilder(new RecordBatchOptions
        {
            ProducerId = batch.Producer,
            ProducerEpoch = batch.ProducerEpoch,
            BaseSequence = batch.Sequence,
            IsTransactional = batch.IsTransactional,
        });
        var timestamp = batch.Timestamp;
        foreach (var text in batch.Values)
        {
            var at = text.IndexOf('=', StringComparison.Ordinal);
            var value = Encoding.UTF8.GetBytes(text[(at + 1)..]);
            builder.Append(timestamp++, at < 0 ? null : Encoding.UTF8.GetBytes(text[..at]), at >= 0 && value.Length == 0 ? null : value);
        }

        return builder.Build().ToArray();
    }
}
