using Samsa.Broker.Groups.Consumers;

namespace Samsa.Broker.Groups.Assignors;

/// <summary>A member as assignors see it: what it reads, and what it was to have before.</summary>
internal sealed record AssignorMember(string MemberId, string? InstanceId, IReadOnlySet<Guid> Topics, PartitionMap Present);
