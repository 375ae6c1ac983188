using Xunit;

namespace Samsa.UnitTests.Client.Consumer.Parallel;

/// <summary>
/// Random schedules against a model: records of one key in order, no offset past a record that is not finished. SAMSA_PARALLEL_SEEDS and
/// SAMSA_PARALLEL_FIRST_SEED ask for more.
/// </summary>
public sealed class WorkQueueTests
{
    private static readonly int Seeds = int.Parse(Environment.GetEnvironmentVariable("SAMSA_PARALLEL_SEEDS") ?? "500", null);
    private static readonly int FirstSeed = int.Parse(Environment.GetEnvironmentVariable("SAMSA_PARALLEL_FIRST_SEED") ?? "1", null);

    [Fact]
    public void Order_and_offsets_hold_in_every_schedule()
    {
        for (var seed = FirstSeed; seed < FirstSeed + Seeds; seed++)
        {
            new WorkModel(seed).Live(steps: 300);
        }
    }
}
