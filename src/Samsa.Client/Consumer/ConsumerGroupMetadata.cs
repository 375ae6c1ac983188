namespace Samsa.Client.Consumer;

/// <summary>As whom a consumer is in its group.</summary>
/// <param name="GroupId">The group.</param>
/// <param name="GenerationId">The generation, or the member's epoch (KIP-848); -1 without membership.</param>
/// <param name="MemberId">The id that the coordinator gave the member; empty without membership.</param>
/// <param name="InstanceId">The id of a static member (<c>group.instance.id</c>), or null.</param>
public readonly record struct ConsumerGroupMetadata(string GroupId, int GenerationId, string MemberId, string? InstanceId);
