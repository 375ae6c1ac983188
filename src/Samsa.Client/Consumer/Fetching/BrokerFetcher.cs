using Microsoft.Extensions.Logging;
using Samsa.Client.Connections;
using Samsa.Client.Metadata;
using Samsa.Protocol;
using Samsa.Protocol.Messages;

namespace Samsa.Client.Consumer.Fetching;

/// <summary>
/// Fetches from one broker, one request after the other, on a connection of its own, ahead of the caller.
/// Owns the fetch session; one task runs its loop; <see cref="Wake"/> comes from any thread. Lives until the token is cancelled and
/// the client's connections are closed. A broker that fails is asked again after a back-off, what failed for good goes to the caller.
/// </summary>
internal sealed class BrokerFetcher
{
    private const short LastVersionWithNames = 12;

    private readonly AsyncSignal _wake = new();
    private readonly List<FetchTarget> _targets = [];
    private readonly FetchSession _session;
    private readonly Assignment _assignment;
    private readonly ClusterClient _cluster;
    private readonly ConsumerOptions _options;
    private readonly int _node;

    public BrokerFetcher(int node, ClusterClient cluster, Assignment assignment, ConsumerOptions options)
    {
        _node = node;
        _cluster = cluster;
        _assignment = assignment;
        _options = options;
        _session = new FetchSession(options);
    }

    /// <summary>There may be something to fetch.</summary>
    public void Wake() => _wake.Set();

    /// <summary>Fetches until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        var failures = 0;
        while (!stopping.IsCancellationRequested)
        {
            var granted = _assignment.Collect(_node, _targets, out var wait);
            if (granted == 0)
            {
                await _wake.WaitAsync(wait, _options.TimeProvider, stopping).ConfigureAwait(false);
                continue;
            }

            try
            {
                await FetchAsync(granted, stopping).ConfigureAwait(false);
                failures = 0;
            }
            catch (KafkaException e) when (e.IsRetriable)
            {
                if (stopping.IsCancellationRequested)
                {
                    return;
                }

                failures++;
                _cluster.Logger.LogWarning("Broker {Node} could not be fetched from: {Reason}", _node, e.Message);
                _session.Lost();
                _cluster.Metadata.Invalidate();
                await _wake.WaitAsync(_cluster.RetryBackoff.After(failures), _options.TimeProvider, stopping).ConfigureAwait(false);
            }
            catch (KafkaException e)
            {
                _session.Lost();
                _assignment.Fail(_targets, e);
            }
        }
    }

    private async Task FetchAsync(int granted, CancellationToken stopping)
    {
        OwnedResponse<FetchResponse> answer;
        try
        {
            var connection = await _cluster.ConnectAsync(_node, ConnectionPurpose.Fetch, stopping).ConfigureAwait(false);
            var version = connection.Versions.Choose(ClientApis.Fetch);
            version = HaveIds() ? version : Math.Min(version, LastVersionWithNames);
            var request = _session.Build(_targets, version, granted);
            answer = await connection.SendForOwnedAsync(
                ClientApis.Fetch, version, request, _options.RequestTimeout + _options.FetchMaxWait).ConfigureAwait(false);
        }
        catch
        {
            _assignment.GiveBack(_node, granted);
            throw;
        }

        _assignment.Exchange(_node, granted, answer.Size);
        var response = new FetchedResponse(answer, _node, _assignment);
        try
        {
            Accept(answer.Message, answer.Version, response);
        }
        finally
        {
            response.Release();
        }
    }

    private void Accept(FetchResponse message, short version, FetchedResponse response)
    {
        if (!_session.Answered(message, version))
        {
            _cluster.Logger.LogDebug("Broker {Node} refused the fetch session: {Error}", _node, message.ErrorCode);
            if (message.ErrorCode is ErrorCode.FetchSessionIdNotFound or ErrorCode.InvalidFetchSessionEpoch or ErrorCode.FetchSessionTopicIdError)
            {
                // The next request opens another one.
                return;
            }

            throw new KafkaException(message.ErrorCode);
        }

        var stale = false;
        foreach (var topic in message.Responses)
        {
            foreach (var partition in topic.Partitions)
            {
                if (_session.Find(topic, partition.PartitionIndex) is { } target)
                {
                    stale |= _assignment.Accept(target, partition, response);
                }
            }
        }

        if (stale)
        {
            _cluster.Metadata.Invalidate();
        }
    }

    private bool HaveIds()
    {
        foreach (var target in _targets)
        {
            if (target.TopicId == Guid.Empty)
            {
                return false;
            }
        }

        return true;
    }
}
