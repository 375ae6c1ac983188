using Microsoft.Extensions.Logging;
using Samsa.Client.Consumer.Fetching;
using Samsa.Client.Metadata;
using Samsa.Protocol;

namespace Samsa.Client.Consumer.Groups;

/// <summary>
/// Asks the group for the offsets that assigned partitions begin at. One task runs its loop; <see cref="Wake"/> comes from any thread. Lives
/// until the token is cancelled. A partition of which the group knows nothing begins where <c>auto.offset.reset</c> says, and so does every one when
/// the cluster serves no groups.
/// </summary>
internal sealed class CommittedPositions(GroupCoordinator coordinator, OffsetCommitter committer, Assignment assignment, ClusterClient cluster, ConsumerOptions options)
{
    private readonly AsyncSignal _wake = new();
    private readonly List<ResolveTarget> _targets = [];

    public void Wake() => _wake.Set();

    public async Task RunAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            assignment.CollectUncommitted(_targets, out var wait);
            if (_targets.Count == 0)
            {
                await _wake.WaitAsync(wait, options.TimeProvider, stopping).ConfigureAwait(false);
                continue;
            }

            try
            {
                var found = await coordinator.FetchAsync([.. _targets.Select(t => t.State.Id)], committer.Membership, options.DefaultApiTimeout, stopping).ConfigureAwait(false);
                foreach (var target in _targets)
                {
                    var offset = found[target.State.Id];
                    await committer.KnowAsync(target.State.Id, offset, stopping).ConfigureAwait(false);
                    assignment.CompleteCommitted(target, offset);
                }
            }
            catch (KafkaException e) when (e.ErrorCode == ErrorCode.UnsupportedVersion)
            {
                cluster.Logger.LogWarning("The cluster serves no groups; {Group} begins without committed offsets: {Reason}", options.GroupId, e.Message);
                foreach (var target in _targets)
                {
                    assignment.CompleteCommitted(target, null);
                }
            }
            catch (KafkaException e)
            {
                foreach (var target in _targets)
                {
                    assignment.FailResolve(target, e.ErrorCode, e.Message);
                }
            }
        }
    }
}
