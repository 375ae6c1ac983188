using Microsoft.Extensions.Logging;
using Samsa.Client.Connections;
using Samsa.Client.Metadata;
using Samsa.Protocol;
using Samsa.Protocol.Messages;

namespace Samsa.Client.Consumer.Fetching;

/// <summary>
/// Asks one broker for offsets that partitions start from, and after a change of leader whether its log still holds what was read.
/// One task runs its loop; <see cref="Wake"/> comes from any thread. Lives until the token is cancelled. Failures go to the partitions,
/// which ask again after a back-off.
/// </summary>
internal sealed class PositionResolver(int node, ClusterClient cluster, Assignment assignment, ConsumerOptions options)
{
    // Before it only brokers may ask (Kafka 2.3).
    private const short FirstEpochVersionForClients = 3;
    private const int ConsumerReplicaId = -1;

    private readonly AsyncSignal _wake = new();
    private readonly List<ResolveTarget> _targets = [];

    public void Wake() => _wake.Set();

    public async Task RunAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            assignment.CollectUnresolved(node, _targets, out var wait);
            if (_targets.Count == 0)
            {
                await _wake.WaitAsync(wait, options.TimeProvider, stopping).ConfigureAwait(false);
                continue;
            }

            try
            {
                var connection = await cluster.ConnectAsync(node, ConnectionPurpose.Control, stopping).ConfigureAwait(false);
                await ResetAsync(connection, stopping).ConfigureAwait(false);
                await ValidateAsync(connection, stopping).ConfigureAwait(false);
            }
            catch (KafkaException e)
            {
                foreach (var target in _targets)
                {
                    assignment.FailResolve(target, e.ErrorCode, e.Message);
                }

                if (e.IsRetriable && !stopping.IsCancellationRequested)
                {
                    cluster.Metadata.Invalidate();
                }
            }
        }
    }

    private async Task ResetAsync(BrokerConnection connection, CancellationToken stopping)
    {
        List<OffsetQuestion> questions = [];
        Dictionary<TopicPartition, ResolveTarget> asked = [];
        foreach (var target in _targets)
        {
            if (target.Phase == PartitionPhase.Resetting)
            {
                questions.Add(new OffsetQuestion(target.State.Id, target.LeaderEpoch, target.Argument));
                asked.Add(target.State.Id, target);
            }
        }

        if (questions.Count == 0)
        {
            return;
        }

        foreach (var answer in await OffsetQuestion.AskAsync(connection, questions, options, stopping).ConfigureAwait(false))
        {
            if (!asked.Remove(answer.Partition, out var target))
            {
                continue;
            }

            if (answer.Error == ErrorCode.None && answer.Found is { } found)
            {
                assignment.CompleteReset(target, found.Offset, found.LeaderEpoch);
                cluster.Logger.LogInformation("{Partition} is read from offset {Offset} on", target.State.Id, found.Offset);
            }
            else if (answer.Error == ErrorCode.None && target.Argument >= 0)
            {
                // Every record is older than by_duration goes back.
                assignment.ResetToEnd(target);
            }
            else
            {
                Refuse(target, answer.Error);
            }
        }

        foreach (var target in asked.Values)
        {
            Refuse(target, ErrorCode.UnknownServerError);
        }
    }

    private async Task ValidateAsync(BrokerConnection connection, CancellationToken stopping)
    {
        var request = new OffsetForLeaderEpochRequest { ReplicaId = ConsumerReplicaId };
        Dictionary<TopicPartition, ResolveTarget> asked = [];
        var served = connection.Versions.Serves(ClientApis.OffsetForLeaderEpoch);
        var version = served ? connection.Versions.Choose(ClientApis.OffsetForLeaderEpoch) : (short)0;
        foreach (var target in _targets)
        {
            if (target.Phase != PartitionPhase.Validating)
            {
                continue;
            }

            if (version < FirstEpochVersionForClients || target.Argument < 0)
            {
                assignment.SkipValidation(target);
                continue;
            }

            var topic = request.Topics.Find(t => t.Topic == target.State.Id.Topic);
            if (topic is null)
            {
                topic = new OffsetForLeaderEpochRequest.OffsetForLeaderTopic { Topic = target.State.Id.Topic };
                request.Topics.Add(topic);
            }

            topic.Partitions.Add(new OffsetForLeaderEpochRequest.OffsetForLeaderPartition
            {
                Partition = target.State.Id.Partition,
                CurrentLeaderEpoch = target.LeaderEpoch,
                LeaderEpoch = (int)target.Argument,
            });
            asked.Add(target.State.Id, target);
        }

        if (asked.Count == 0)
        {
            return;
        }

        var answer = await connection.SendAsync(ClientApis.OffsetForLeaderEpoch, version, request, cancellation: stopping).ConfigureAwait(false);
        foreach (var topic in answer.Topics)
        {
            foreach (var partition in topic.Partitions)
            {
                if (asked.Remove(new TopicPartition(topic.Topic, partition.Partition), out var target))
                {
                    Validated(target, partition);
                }
            }
        }

        foreach (var target in asked.Values)
        {
            Refuse(target, ErrorCode.UnknownServerError);
        }
    }

    private void Validated(ResolveTarget target, OffsetForLeaderEpochResponse.EpochEndOffset answer)
    {
        if (answer.ErrorCode != ErrorCode.None)
        {
            Refuse(target, answer.ErrorCode);
        }
        else if (assignment.CompleteValidation(target, answer.EndOffset, answer.LeaderEpoch) is { } wentBack)
        {
            cluster.Logger.LogWarning("The log was truncated below what was read of it; going back to {Place}", wentBack);
        }
    }

    private void Refuse(ResolveTarget target, ErrorCode error)
    {
        assignment.FailResolve(target, error, $"{error.Name()}. {error.Description()}");
        if (error.RefreshesMetadata() || error == ErrorCode.UnknownLeaderEpoch)
        {
            cluster.Metadata.Invalidate();
        }
    }
}
