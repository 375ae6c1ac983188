namespace Samsa.UnitTests.Broker.Groups.Simulation;

/// <summary>What somebody was who is a member no longer; a process that slept through its end still calls itself so.</summary>
internal sealed record FormerIdentity(bool IsClassic, string MemberId, int Epoch, string? Instance, string? ProtocolName);
