namespace Samsa.Client.Admin;

/// <summary>A group in the list of a cluster.</summary>
/// <param name="GroupId">Its name.</param>
/// <param name="ProtocolType">What its members are: <c>consumer</c>; empty for a group that only keeps offsets.</param>
/// <param name="State">Its state; <see cref="GroupState.Unknown"/> where the broker is older than Kafka 2.6.</param>
/// <param name="Type">By which protocol it works.</param>
public sealed record GroupListing(string GroupId, string ProtocolType, GroupState State, GroupType Type);
