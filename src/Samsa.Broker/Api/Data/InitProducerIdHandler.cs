using Samsa.Broker.Metadata;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Storage;

namespace Samsa.Broker.Api.Data;

/// <summary>
/// InitProducerId, v0 to v5: hands out producer ids for idempotent producers (KIP-98).
/// Departs from Kafka: a transactional id is answered COORDINATOR_NOT_AVAILABLE until there is a transaction coordinator.
/// </summary>
public sealed class InitProducerIdHandler(ProducerIds producerIds)
{
    /// <summary>Answers at once while the present block of ids lasts.</summary>
    public async ValueTask<IMessage?> HandleAsync(RequestContext context, InitProducerIdRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.TransactionalId is not null)
        {
            return Refused(request.TransactionalId.Length == 0 ? ErrorCode.InvalidRequest : ErrorCode.CoordinatorNotAvailable);
        }

        // A caller that passes the id it has wants a new one all the same: without a transactional id there is nothing to bump.
        if (request.ProducerId >= 0 != request.ProducerEpoch >= 0)
        {
            return Refused(ErrorCode.InvalidRequest);
        }

        try
        {
            return new InitProducerIdResponse { ProducerId = await producerIds.NextAsync().ConfigureAwait(false), ProducerEpoch = 0 };
        }
        catch (TimeoutException)
        {
            // ZooKeeper is away. As in Kafka: an error after which clients ask again.
            return Refused(ErrorCode.CoordinatorLoadInProgress);
        }
        catch (StorageException)
        {
            return Refused(ErrorCode.KafkaStorageError);
        }
    }

    private static InitProducerIdResponse Refused(ErrorCode error) =>
        new() { ErrorCode = error, ProducerId = -1, ProducerEpoch = -1 };
}
