using Samsa.Protocol.Messages;

namespace Samsa.InteropTests.Differential.Cases;

/// <summary>Sequences of an idempotent producer, as cases of Produce; and what DescribeProducers knows of them.</summary>
internal static class IdempotenceCases
{
    /// <summary>Steps are epoch, sequence and count; each is one batch of the same producer.</summary>
    private static readonly Dictionary<string, (short Epoch, int Sequence, int Count)[]> Scripts = new()
    {
        ["in order"] = [(0, 0, 2), (0, 2, 3), (0, 5, 1)],
        ["duplicate"] = [(0, 0, 2), (0, 0, 2)],
        ["older duplicate within five"] = [(0, 0, 1), (0, 1, 1), (0, 2, 1), (0, 3, 1), (0, 4, 1), (0, 0, 1)],
        ["duplicate beyond five"] = [(0, 0, 1), (0, 1, 1), (0, 2, 1), (0, 3, 1), (0, 4, 1), (0, 5, 1), (0, 0, 1)],
        ["gap"] = [(0, 0, 1), (0, 2, 1)],
        ["overlap"] = [(0, 0, 3), (0, 1, 3)],
        ["part of a batch"] = [(0, 0, 3), (0, 0, 2)],
        ["unknown producer in the middle"] = [(0, 41, 1), (0, 42, 1)],
        ["unknown producer of a later epoch"] = [(3, 7, 1)],
        ["new epoch at zero"] = [(0, 0, 2), (1, 0, 1)],
        ["new epoch not at zero"] = [(0, 0, 2), (1, 2, 1)],
        ["old epoch"] = [(1, 0, 2), (0, 2, 1)],
        ["negative epoch"] = [(-1, 0, 1)],
        ["wrap"] = [(0, int.MaxValue, 1), (0, 0, 1)],
        ["wrap within a batch"] = [(0, int.MaxValue - 1, 3), (0, 1, 1)],
        ["restart at zero"] = [(0, 5, 1), (0, 0, 1)],
    };

    public static void AddTo(CaseList produce)
    {
        foreach (var (name, steps) in Scripts)
        {
            produce.Add("sequences " + name, async s =>
            {
                var topic = await s.TopicAsync();
                var id = await s.ProducerIdAsync();
                foreach (var (epoch, sequence, count) in steps)
                    await s.ProbeAsync(s.Produce(topic, Batches.OfProducer(id, epoch, sequence, count)));
                await s.ReadBackAsync(topic);
                await s.ProbeAsync(Describe(topic.Name, 0), 0);
            }, from: 3);
        }
    }

    public static CaseList DescribeProducers { get; } = new(Samsa.Protocol.ApiKey.DescribeProducers)
    {
        { "two producers", async s =>
            {
                var topic = await s.TopicAsync(2);
                var (one, other) = (await s.ProducerIdAsync(), await s.ProducerIdAsync());
                await s.FillAsync(topic, Batches.OfProducer(one, 0, 0, 2), Batches.OfProducer(other, 4, 7), Batches.OfProducer(one, 0, 2));
                await s.ProbeAsync(Describe(topic.Name, 0, 1));
            }
        },
        { "unknown topic", s => Describe("nobody", 0) },
        { "invalid topic", s => Describe("no body", 0) },
        { "unknown partition", async s => await s.ProbeAsync(Describe((await s.TopicAsync()).Name, 0, 5, -1)) },
        { "same partition twice", async s => await s.ProbeAsync(Describe((await s.TopicAsync()).Name, 0, 0)) },
        { "no partitions", async s => await s.ProbeAsync(Describe((await s.TopicAsync()).Name)) },
        { "no topics", s => new DescribeProducersRequest() },
    };

    private static DescribeProducersRequest Describe(string topic, params int[] partitions) => new()
    {
        Topics = [new DescribeProducersRequest.TopicRequest { Name = topic, PartitionIndexes = [.. partitions] }],
    };
}
