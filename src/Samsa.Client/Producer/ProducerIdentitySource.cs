using Microsoft.Extensions.Logging;
using Samsa.Client.Connections;
using Samsa.Client.Metadata;
using Samsa.Protocol.Messages;

namespace Samsa.Client.Producer;

/// <summary>
/// The producer's id and epoch. Owns nothing but them; entered from any thread; asks any broker for an id when there is none.
/// A new epoch needs no broker (KIP-360): it is counted up here, and after the last one there is a new id.
/// </summary>
internal sealed class ProducerIdentitySource(ClusterClient cluster, TimeSpan limit)
{
    private readonly Lock _gate = new();
    private ProducerIdentity _current = ProducerIdentity.None;
    private Task? _asking;

    public ProducerIdentity Current
    {
        get
        {
            lock (_gate)
            {
                return _current;
            }
        }
    }

    /// <summary>Makes sure that there is an identity.</summary>
    /// <exception cref="KafkaException">No broker gives one.</exception>
    public Task EnsureAsync(CancellationToken cancellation)
    {
        lock (_gate)
        {
            if (_current != ProducerIdentity.None)
            {
                return Task.CompletedTask;
            }

            _asking ??= AskAsync(cancellation);
            return _asking;
        }
    }

    /// <summary>What was sent under <paramref name="used"/> cannot be continued: there is a newer epoch, unless somebody else made one already.</summary>
    public void Bump(ProducerIdentity used)
    {
        lock (_gate)
        {
            if (_current == used && used != ProducerIdentity.None)
            {
                _current = used.Epoch == short.MaxValue ? ProducerIdentity.None : used with { Epoch = (short)(used.Epoch + 1) };
                cluster.Logger.LogWarning("Sequences have a gap: producer {ProducerId} goes on under epoch {Epoch}", _current.Id, _current.Epoch);
            }
        }
    }

    /// <summary>The id itself is of no use any more.</summary>
    public void Discard(ProducerIdentity used)
    {
        lock (_gate)
        {
            if (_current == used)
            {
                _current = ProducerIdentity.None;
            }
        }
    }

    private async Task AskAsync(CancellationToken cancellation)
    {
        // The caller holds the lock: nothing below may run inside it.
        await Task.Yield();
        try
        {
            var answer = await cluster.RetryAsync(AskOnceAsync, limit, cancellation).ConfigureAwait(false);
            lock (_gate)
            {
                _current = new ProducerIdentity(answer.ProducerId, answer.ProducerEpoch);
            }

            cluster.Logger.LogInformation("The producer has id {ProducerId} and epoch {Epoch}", answer.ProducerId, answer.ProducerEpoch);
        }
        finally
        {
            lock (_gate)
            {
                _asking = null;
            }
        }
    }

    private async Task<InitProducerIdResponse> AskOnceAsync(CancellationToken cancellation)
    {
        var connection = await cluster.ConnectToAnyAsync(cancellation).ConfigureAwait(false);
        var version = connection.Versions.Choose(ClientApis.InitProducerId);

        // Without a transactional id the time-out means nothing; Kafka sends the largest.
        var request = new InitProducerIdRequest { TransactionalId = null, TransactionTimeoutMs = int.MaxValue };
        var answer = await connection.SendAsync(ClientApis.InitProducerId, version, request, cancellation: cancellation).ConfigureAwait(false);
        KafkaException.ThrowIfError(answer.ErrorCode);
        return answer;
    }
}
