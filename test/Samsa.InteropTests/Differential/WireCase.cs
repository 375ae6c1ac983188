namespace Samsa.InteropTests.Differential;

/// <summary>
/// One thing that a client may do, for every version of the API that both brokers serve. The script prepares what it needs
/// and probes; what the probes are answered is compared.
/// </summary>
internal sealed record WireCase(string Name, Func<Scene, Task> Script)
{
    /// <summary>The first version for which the case means something.</summary>
    public short From { get; init; }

    /// <summary>The last version for which the case means something.</summary>
    public short To { get; init; } = short.MaxValue;

    /// <summary>True when the answer tells of the whole broker, so that no other case may run meanwhile.</summary>
    public bool Alone { get; init; }
}
