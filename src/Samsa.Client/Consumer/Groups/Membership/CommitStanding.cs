namespace Samsa.Client.Consumer.Groups.Membership;

/// <summary>Whether offsets can be committed now.</summary>
internal enum CommitStanding
{
    /// <summary>The consumer is not subscribed: it commits as nobody.</summary>
    Unsubscribed,

    /// <summary>It is a member, and commits as such.</summary>
    Member,

    /// <summary>It is joining: its generation ends, and it does not know the next one.</summary>
    Joining,

    /// <summary>It is no member: what it read may be read by another one.</summary>
    Out,
}
