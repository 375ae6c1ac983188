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
    private readonly ConsumerTelemetry _telemetry;
    private readonly int _node;

    public BrokerFetcher(int node, ClusterClient cluster, Assignment assignment, ConsumerOptions options, ConsumerTelemetry telemetry)
    {
        _node = node;
        _cluster = cluster;
        _assignment = assignment;
        _options = options;
        _telemetry = telemetry;
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

    /// <summary>
    /// Ends the session, so that the broker need not keep it. Asked over the connection for short questions, if one is open: the own one may be
    /// under a fetch that is held back.
    /// </summary>
    public async Task CloseSessionAsync()
    {
        if (_session.Close() is { } request && _cluster.OpenConnection(_node, ConnectionPurpose.Control) is { } connection)
        {
            var version = connection.Versions.Choose(ClientApis.Fetch);
            using var answer = await connection.SendForOwnedAsync(ClientApis.Fetch, version, request).ConfigureAwait(false);
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
            answer = await SendAsync(connection, version, request).ConfigureAwait(false);
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

    private async Task<OwnedResponse<FetchResponse>> SendAsync(BrokerConnection connection, short version, FetchRequest request)
    {
        var start = _options.TimeProvider.GetTimestamp();
        var error = ErrorCode.UnknownServerError;
        try
        {
            var answer = await connection.SendForOwnedAsync(
                ClientApis.Fetch, version, request, _options.RequestTimeout + _options.FetchMaxWait).ConfigureAwait(false);
            error = answer.Message.ErrorCode;
            return answer;
        }
        catch (KafkaException e)
        {
            error = e.ErrorCode;
            throw;
        }
        finally
        {
            _telemetry.Requested(connection.Address, _options.TimeProvider.GetElapsedTime(start), error);
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
                    Follow(message, partition, target);
                }
            }
        }

        if (stale)
        {
            _cluster.Metadata.Invalidate();
        }
    }

    // KIP-951: the answer says who leads. Metadata is asked for all the same.
    private void Follow(FetchResponse message, FetchResponse.PartitionData partition, FetchTarget target)
    {
        if (partition.ErrorCode is not (ErrorCode.NotLeaderOrFollower or ErrorCode.FencedLeaderEpoch) || partition.CurrentLeader.LeaderId < 0)
        {
            return;
        }

        var leader = partition.CurrentLeader;
        var node = message.NodeEndpoints.Find(n => n.NodeId == leader.LeaderId);
        _cluster.Metadata.TryMoveLeader(
            target.State.Id, leader.LeaderId, leader.LeaderEpoch, node is null ? null : new BrokerNode(node.NodeId, node.Host, node.Port, node.Rack));
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
