using Samsa.Protocol.Records;

namespace Samsa.Client.Producer;

/// <summary>Under whom batches are numbered, so that brokers can tell one that comes twice (KIP-98).</summary>
internal readonly record struct ProducerIdentity(long Id, short Epoch)
{
    public static readonly ProducerIdentity None = new(RecordBatch.NoProducerId, RecordBatch.NoProducerEpoch);
}
