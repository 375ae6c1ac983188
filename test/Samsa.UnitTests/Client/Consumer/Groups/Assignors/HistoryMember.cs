using Samsa.Protocol;

namespace Samsa.UnitTests.Client.Consumer.Groups.Assignors;

/// <summary>A member of the group of an <see cref="AssignorHistory"/>, and what it remembers.</summary>
internal sealed class HistoryMember
{
    public required string Id { get; set; }

    public string? InstanceId { get; init; }

    public required List<string> Topics { get; set; }

    public string? Rack { get; init; }

    public short Version { get; init; }

    public IReadOnlyList<TopicPartition> Owned { get; set; } = [];

    public int Generation { get; set; } = -1;

    public byte[]? UserData { get; set; }
}
