namespace Samsa.Fuzz.Engine;

/// <summary>How long and from where a session runs.</summary>
public sealed record FuzzOptions
{
    /// <summary>The seed of all choices.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Ends after so many inputs; null for no such end.</summary>
    public long? Executions { get; init; }

    /// <summary>Ends after so much processor time of the process; null for no such end.</summary>
    public TimeSpan? CpuTime { get; init; }

    /// <summary>Kept inputs to begin with, besides the target's own.</summary>
    public IReadOnlyList<byte[]> Corpus { get; init; } = [];

    /// <summary>An input that takes longer by the clock hangs. Generous: the machine may be busy.</summary>
    public TimeSpan HangAfter { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>An input that takes more processor time is too expensive.</summary>
    public TimeSpan CpuPerInput { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Whether inputs are held to their bound of allocation, which only makes sense where nothing else runs in the process.</summary>
    public bool MeasuresMemory { get; init; } = true;

    /// <summary>Told now and then how far it is.</summary>
    public Action<FuzzReport>? Progress { get; init; }

    /// <summary>Told of every new kind of finding.</summary>
    public Action<Finding>? Found { get; init; }
}
