namespace Samsa.Client.Admin;

/// <summary>The log directories of one broker.</summary>
public sealed record BrokerLogDirs : AdminResult
{
    /// <summary>The broker.</summary>
    public required int BrokerId { get; init; }

    /// <summary>Its directories.</summary>
    public IReadOnlyList<LogDirDescription> LogDirs { get; init; } = [];
}
