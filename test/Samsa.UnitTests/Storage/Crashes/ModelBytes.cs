using Samsa.Protocol.Records;
using Samsa.UnitTests.Storage.Log;

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

        return LogHarness.Batch(
            new RecordBatchOptions
            {
                ProducerId = batch.Producer,
                ProducerEpoch = batch.ProducerEpoch,
                BaseSequence = batch.Sequence,
                IsTransactional = batch.IsTransactional,
            },
            batch.Timestamp,
            batch.Values);
    }
}
