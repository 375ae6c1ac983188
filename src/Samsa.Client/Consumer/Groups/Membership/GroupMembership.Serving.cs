using System.Runtime.ExceptionServices;
using Microsoft.Extensions.Logging;
using Samsa.Protocol;

namespace Samsa.Client.Consumer.Groups.Membership;

/// <content>The caller's end: what happens while it has no record in its hands.</content>
internal sealed partial class GroupMembership
{
    // As long as the last commit may take.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private Task _leaving = Task.CompletedTask;

    /// <summary>Gives partitions back and takes new ones, as far as the group wants it now, and calls the handlers.</summary>
    /// <exception cref="KafkaException">The group cannot be joined, or a topic never be read.</exception>
    /// <exception cref="OperationCanceledException">The call was cancelled; what was begun is complete.</exception>
    public async ValueTask ServeAsync(CancellationToken cancellation)
    {
        while (_wantsCaller)
        {
            await _serving.WaitAsync(cancellation).ConfigureAwait(false);
            try
            {
                await ServeOnceAsync(cancellation).ConfigureAwait(false);
            }
            finally
            {
                _serving.Release();
            }
        }
    }

    /// <summary>The consumer is about to be closed: nothing is served any more, and a commit waits for no rebalance.</summary>
    public void BeginClosing()
    {
        lock (_gate)
        {
            _closing = true;
            Publish();
        }
    }

    /// <summary>Commits, gives all partitions back, and leaves the group. Nothing is served afterwards until there is another subscription.</summary>
    /// <param name="isClosing">Whether the consumer ends, and has committed already: that throws nothing.</param>
    /// <param name="cancellation">Ends the wait; the group is left all the same.</param>
    public async Task LeaveAsync(bool isClosing, CancellationToken cancellation)
    {
        if (!IsSubscribed)
        {
            return;
        }

        lock (_gate)
        {
            _closing = true;
            _wantsCaller = false;
        }

        // A handler that runs and does not end may be the one that closes the consumer.
        Exception? first = null;
        var isAlone = await _serving.WaitAsync(Patience, CancellationToken.None).ConfigureAwait(false);
        if (isAlone)
        {
            first = await GiveBackAllAsync(commits: !isClosing, cancellation).ConfigureAwait(false);
        }

        _watch.Follow(null);
        Volatile.Write(ref _subscription, null);
        Post(new MembershipEvent.Ended(isClosing ? "the consumer is being closed" : "the consumer unsubscribed", isClosing));
        Task leaving;
        lock (_gate)
        {
            _closing = isClosing;
            leaving = _leaving;
        }

        if (isAlone)
        {
            _serving.Release();
        }

        await leaving.WaitAsync(Patience, _options.TimeProvider, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (first is not null && !isClosing)
        {
            ExceptionDispatchInfo.Throw(first);
        }

        if (first is not null)
        {
            _cluster.Logger.LogWarning(first, "Partitions could not be given back as they should while the consumer was closed");
        }
    }

    private static async Task<Exception?> CallAsync(
        RebalanceHandler? handler, IReadOnlyCollection<TopicPartition> partitions, CancellationToken cancellation)
    {
        if (handler is null)
        {
            return null;
        }

        try
        {
            await handler(partitions, cancellation).ConfigureAwait(false);
            return null;
        }
        catch (Exception e)
        {
            // The rebalance goes on, and the caller hears of it at its end.
            return e;
        }
    }

    private async Task<Exception?> GiveBackAllAsync(bool commits, CancellationToken cancellation)
    {
        TopicPartition[] owned;
        bool isLost;
        lock (_gate)
        {
            owned = [.. _state.Owned];
            isLost = _state.Member.Generation < 0;
        }

        if (owned.Length == 0)
        {
            return null;
        }

        await Revoking(owned, isLost).ConfigureAwait(false);
        Exception? cancelled = null;
        if (commits && !isLost)
        {
            try
            {
                await CommitAsync(cancellation).ConfigureAwait(false);
            }
            catch (OperationCanceledException e)
            {
                cancelled = e;
            }
        }

        var listener = _subscription!.Listener;
        var failure = await CallAsync(isLost ? listener.Lost ?? listener.Revoked : listener.Revoked, owned, cancellation).ConfigureAwait(false);
        _assignment.Remove(owned);
        return cancelled ?? failure;
    }

    private async Task ServeOnceAsync(CancellationToken cancellation)
    {
        CallerRound? round;
        KafkaException? refusal;
        lock (_gate)
        {
            refusal = _refusal;
            _refusal = null;
            round = _closing || refusal is not null ? null : _state.Take(Now());
            _wantsCaller = _state.WantsCaller && !_closing;
        }

        if (refusal is not null)
        {
            throw refusal;
        }

        if (round is null)
        {
            return;
        }

        await Revoking(round.Lost, true).ConfigureAwait(false);
        if (round.Revoked.Count > 0)
        {
            await Revoking(round.Revoked, false).ConfigureAwait(false);
            try
            {
                await CommitAsync(cancellation).ConfigureAwait(false);
            }
            catch
            {
                // Nothing was given back yet: the next call begins anew.
                Post(new MembershipEvent.RoundReturned(round));
                throw;
            }
        }

        var listener = _subscription!.Listener;
        Exception? first = null;
        if (round.Lost.Count > 0)
        {
            _cluster.Logger.LogWarning("Group {Group} took away {Partitions}", _options.GroupId, string.Join(", ", round.Lost));
            first = await CallAsync(listener.Lost ?? listener.Revoked, round.Lost, cancellation).ConfigureAwait(false);
            _assignment.Remove(round.Lost);
        }

        if (round.Revoked.Count > 0)
        {
            _cluster.Logger.LogInformation("{Partitions} are given back to group {Group}", string.Join(", ", round.Revoked), _options.GroupId);
            var failure = await CallAsync(listener.Revoked, round.Revoked, cancellation).ConfigureAwait(false);
            first ??= failure;
            _assignment.Remove(round.Revoked);
        }

        if (round.Target is { } target)
        {
            _cluster.Logger.LogInformation(
                "Group {Group} assigned {Partitions}", _options.GroupId, target.Count == 0 ? "no partitions" : string.Join(", ", target));
            var failure = Announce(round);
            first ??= failure;
            _assignment.Assign([.. target.Select(p => (p, (TopicPartitionOffset?)null))]);
            failure = await CallAsync(listener.Assigned, round.Added, cancellation).ConfigureAwait(false);
            first ??= failure;
        }

        Post(new MembershipEvent.RoundDone(round));
        if ((round.Failure ?? first) is { } thrown)
        {
            ExceptionDispatchInfo.Throw(thrown);
        }
    }

    private Exception? Announce(CallerRound round)
    {
        try
        {
            _requests.Announce(round);
            return null;
        }
        catch (Exception e)
        {
            // As of a handler: an assignor is code of the user's.
            return e;
        }
    }
}
