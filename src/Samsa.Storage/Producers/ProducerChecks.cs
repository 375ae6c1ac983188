using System.Globalization;
using Samsa.Protocol.Records;

namespace Samsa.Storage.Producers;

/// <summary>The rules that a batch or marker of a known producer must meet (KIP-98, KIP-360). Each refusal says what was wrong.</summary>
internal static class ProducerChecks
{
    internal static ProducerCheckResult Batch(ProducerEntry known, in ProducerBatch batch, AppendOrigin origin)
    {
        if (batch.ProducerEpoch < known.Epoch)
        {
            return OldEpoch(known, batch.ProducerEpoch);
        }

        if (origin == AppendOrigin.Client && batch.ProducerEpoch != known.Epoch)
        {
            // An entry that has no epoch yet knows nothing to compare with.
            if (batch.BaseSequence != 0 && known.Epoch != ProducerEntry.NoEpoch)
            {
                return OutOfOrder(
                    $"Producer {known.ProducerId} begins epoch {batch.ProducerEpoch} with sequence {batch.BaseSequence}; the first sequence of an epoch is 0");
            }
        }
        else if (origin == AppendOrigin.Client && batch.BaseSequence != RecordBatch.AddToSequence(known.LastSequence, 1))
        {
            return OutOfOrder(
                $"Producer {known.ProducerId} (epoch {known.Epoch}) sent sequence {batch.BaseSequence}; its last sequence here is {known.LastSequence}");
        }

        return known.HasOpenTransaction && !batch.IsTransactional
            ? ProducerCheckResult.Refused(ProducerVerdict.InvalidTransactionState, string.Create(CultureInfo.InvariantCulture,
                $"Producer {known.ProducerId} sent a batch without transaction while its transaction from offset {known.CurrentTransactionFirstOffset} is open"))
            : ProducerCheckResult.Accepted;
    }

    internal static ProducerCheckResult Marker(ProducerEntry known, in TransactionMarker marker)
    {
        if (marker.ProducerEpoch < known.Epoch)
        {
            return OldEpoch(known, marker.ProducerEpoch);
        }

        return marker.CoordinatorEpoch >= known.CoordinatorEpoch
            ? ProducerCheckResult.Accepted
            : ProducerCheckResult.Refused(ProducerVerdict.CoordinatorFenced, string.Create(CultureInfo.InvariantCulture,
                $"Marker for producer {known.ProducerId} comes from coordinator epoch {marker.CoordinatorEpoch}; a coordinator of epoch {known.CoordinatorEpoch} has already written here"));
    }

    private static ProducerCheckResult OldEpoch(ProducerEntry known, short epoch) =>
        ProducerCheckResult.Refused(ProducerVerdict.InvalidProducerEpoch, string.Create(CultureInfo.InvariantCulture,
            $"Producer {known.ProducerId} sent epoch {epoch}; a newer producer has epoch {known.Epoch}"));

    private static ProducerCheckResult OutOfOrder(FormattableString message) =>
        ProducerCheckResult.Refused(ProducerVerdict.OutOfOrderSequence, FormattableString.Invariant(message));
}
