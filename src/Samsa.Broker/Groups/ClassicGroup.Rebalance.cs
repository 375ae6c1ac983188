using Samsa.Protocol;

namespace Samsa.Broker.Groups;

/// <content>The rebalance: from the first who asks for one to the leader's turn.</content>
internal sealed partial class ClassicGroup
{
    /// <summary>A client may name a rebalance timeout of 0; looking for absent members over and over would keep a processor busy.</summary>
    private const int ShortestWaitMs = 1000;

    private long _joinDeadline = Never;
    private long _syncDeadline = Never;

    // group.initial.rebalance.delay.ms: an empty group waits for more members than the first, as long as others come, and at most as
    // long as a rebalance may take.
    private bool _isInitialJoin;
    private bool _newMemberCame;
    private long _initialDelayLeft;

    private int RebalanceTimeoutMs
    {
        get
        {
            var longest = 0;
            foreach (var member in _members.All)
            {
                longest = Math.Max(longest, member.RebalanceTimeoutMs);
            }

            return longest;
        }
    }

    private void PrepareRebalanceIfPossible(GroupStep step)
    {
        if (CanRebalance)
        {
            PrepareRebalance(step);
        }
    }

    private void PrepareRebalance(GroupStep step)
    {
        if (State == ClassicGroupState.CompletingRebalance)
        {
            // What they were assigned last they may still have, if they are cooperative: an upgrade to a consumer group asks for it.
            foreach (var member in _members.All)
            {
                AnswerSync(member, ErrorCode.RebalanceInProgress, step);
            }
        }

        _syncDeadline = Never;
        _isInitialJoin = State == ClassicGroupState.Empty;
        if (_isInitialJoin)
        {
            _newMemberCame = false;
            _initialDelayLeft = Math.Max(RebalanceTimeoutMs - _options.InitialRebalanceDelayMs, 0);
            SetJoinDeadline(step.Now + _options.InitialRebalanceDelayMs);
        }
        else
        {
            SetJoinDeadline(step.Now + RebalanceTimeoutMs);
        }

        TransitionTo(ClassicGroupState.PreparingRebalance, step);
        CompleteJoinIfAllJoined(step);
    }

    private void SetJoinDeadline(long deadline)
    {
        _joinDeadline = deadline;
        Schedule(deadline);
    }

    private void CompleteJoinIfAllJoined(GroupStep step)
    {
        if (State == ClassicGroupState.PreparingRebalance && !_isInitialJoin
            && _members.AwaitingJoin == _members.Count && _pendingMembers.Count == 0)
        {
            CompleteJoin(step);
        }
    }

    private void OnJoinDeadline(GroupStep step)
    {
        if (State != ClassicGroupState.PreparingRebalance)
        {
            _joinDeadline = Never;
            return;
        }

        if (_isInitialJoin && _newMemberCame && _initialDelayLeft > 0)
        {
            var delay = Math.Min(_options.InitialRebalanceDelayMs, _initialDelayLeft);
            _initialDelayLeft -= delay;
            _newMemberCame = false;
            SetJoinDeadline(step.Now + delay);
            return;
        }

        CompleteJoin(step);
    }

    private void CompleteJoin(GroupStep step)
    {
        _joinDeadline = Never;
        _isInitialJoin = false;

        // Static members may be away for a while; they stay until their session is over (KIP-345).
        foreach (var member in _members.All.ToArray())
        {
            if (member.AwaitingJoin is null && !member.IsStatic)
            {
                Drop(member);
            }
        }

        if (_members.Count > 0 && !ElectJoinedLeader())
        {
            // None of the static members has come back: their sessions end them, or they come.
            SetJoinDeadline(step.Now + Math.Max(RebalanceTimeoutMs, ShortestWaitMs));
            return;
        }

        BeginGeneration(step);
        if (State == ClassicGroupState.Empty)
        {
            step.Store([ToRecord(null)]);
            return;
        }

        foreach (var member in _members.All)
        {
            if (_members.SetAwaitingJoin(member, null) is { } ticket)
            {
                step.Answer(ticket, JoinAnswer(member, withMembers: true));
            }

            KeepAlive(member, step);
            member.IsNew = false;
            member.OwesSync = true;
        }

        // Who never asks for his assignment holds up nobody for longer than this (KIP-394's sibling, KAFKA-10855).
        _syncDeadline = step.Now + RebalanceTimeoutMs;
        Schedule(_syncDeadline);
    }

    private bool ElectJoinedLeader()
    {
        if (LeaderId is { } present && _members.TryGet(present, out var leader) && leader.AwaitingJoin is not null)
        {
            return true;
        }

        foreach (var member in _members.All)
        {
            if (member.AwaitingJoin is not null)
            {
                LeaderId = member.MemberId;
                return true;
            }
        }

        return false;
    }

    private void BeginGeneration(GroupStep step)
    {
        GenerationId++;
        if (_members.Count > 0)
        {
            ProtocolName = _members.SelectProtocol();
            TransitionTo(ClassicGroupState.CompletingRebalance, step);
        }
        else
        {
            ProtocolName = null;
            LeaderId = null;
            TransitionTo(ClassicGroupState.Empty, step);
        }

        _counts.AddRebalance();
        ReadSubscriptions();
    }

    private void OnSyncDeadline(GroupStep step)
    {
        _syncDeadline = Never;
        if (State is not (ClassicGroupState.CompletingRebalance or ClassicGroupState.Stable))
        {
            return;
        }

        var someGone = false;
        foreach (var member in _members.All.ToArray())
        {
            if (member.OwesSync)
            {
                AnswerSync(member, ErrorCode.UnknownMemberId, step);
                Drop(member);
                someGone = true;
            }
        }

        if (someGone)
        {
            PrepareRebalance(step);
        }
    }
}
