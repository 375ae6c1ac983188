namespace Samsa.Broker.Groups;

/// <summary>One way of sharing the work that a member of a classic group can take part in, and what it says about itself there.</summary>
internal readonly record struct GroupProtocol(string Name, byte[] Metadata);
