namespace Samsa.Broker.Groups.Consumers;

/// <summary>
/// What is only known of a member that speaks the classic protocol in a consumer group: its session's length in ms, and how it offered
/// to share the work, best first.
/// </summary>
internal sealed record ClassicSide(int SessionTimeoutMs, IReadOnlyList<GroupProtocol> Protocols)
{
    /// <inheritdoc/>
    public bool Equals(ClassicSide? other)
    {
        if (other is null || other.SessionTimeoutMs != SessionTimeoutMs || other.Protocols.Count != Protocols.Count)
        {
            return false;
        }

        for (var i = 0; i < Protocols.Count; i++)
        {
            if (Protocols[i].Name != other.Protocols[i].Name || !Protocols[i].Metadata.AsSpan().SequenceEqual(other.Protocols[i].Metadata))
            {
                return false;
            }
        }

        return true;
    }

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(SessionTimeoutMs, Protocols.Count);
}
