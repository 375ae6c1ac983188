using Microsoft.Extensions.Logging;
using Samsa.Protocol;

namespace Samsa.Client.Consumer.Groups.Membership;

/// <summary>
/// The membership of one consumer in its group, as a state machine without IO, clock and chance: events come in (<see cref="Step"/>), effects go out, and
/// what has to happen where the caller asks for more is taken there (<see cref="Take"/>). Entered by one thread at a time. Times are counted from
/// any beginning that is always the same.
/// </summary>
internal abstract class MembershipState
{
    private readonly List<MembershipEffect> _effects = [];

    /// <summary>Whether the caller has something to take.</summary>
    public abstract bool WantsCaller { get; }

    /// <summary>When time has to pass at the latest; null for never.</summary>
    public abstract TimeSpan? Deadline { get; }

    /// <summary>Whether offsets can be committed now, and as whom.</summary>
    public abstract CommitStanding Standing { get; }

    /// <summary>As whom the consumer speaks to the coordinator.</summary>
    public abstract GroupMember Member { get; }

    /// <summary>The partitions that the caller was given and did not give back.</summary>
    public abstract IReadOnlyCollection<TopicPartition> Owned { get; }

    /// <summary>What keeps the consumer out of the group for good, or null.</summary>
    public abstract Exception? Failure { get; }

    /// <summary>Takes an event.</summary>
    /// <returns>What is to be done, in this order; valid until the next event.</returns>
    public IReadOnlyList<MembershipEffect> Step(MembershipEvent e, TimeSpan now)
    {
        _effects.Clear();
        Handle(e, now);
        return _effects;
    }

    /// <summary>What the caller has to do now; null for nothing. Until its <see cref="MembershipEvent.RoundDone"/> there is nothing else to take.</summary>
    public abstract CallerRound? Take(TimeSpan now);

    protected abstract void Handle(MembershipEvent e, TimeSpan now);

    protected void Do(MembershipEffect effect) => _effects.Add(effect);

    protected void Tell(LogLevel level, string text) => Do(new MembershipEffect.Tell(level, text));
}
