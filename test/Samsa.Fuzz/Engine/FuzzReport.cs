namespace Samsa.Fuzz.Engine;

/// <summary>What a session did so far.</summary>
/// <param name="Target">The target's name.</param>
/// <param name="Executions">How many inputs ran.</param>
/// <param name="CpuTime">The processor time of the process meanwhile.</param>
/// <param name="Signs">How many different behaviours were seen.</param>
/// <param name="Kept">How many inputs showed a new one.</param>
/// <param name="MostAllocated">The most managed bytes that one input allocated.</param>
/// <param name="MostCpu">The most processor time that one input took.</param>
/// <param name="Findings">One for each kind.</param>
public sealed record FuzzReport(
    string Target, long Executions, TimeSpan CpuTime, int Signs, int Kept, long MostAllocated, TimeSpan MostCpu, IReadOnlyList<Finding> Findings);
