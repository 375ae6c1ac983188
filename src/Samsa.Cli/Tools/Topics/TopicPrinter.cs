using System.Globalization;
using Samsa.Cli.Tools.Clusters;
using Samsa.Cli.Tools.Options;
using Samsa.Client.Admin;
using Samsa.Protocol;

namespace Samsa.Cli.Tools.Topics;

/// <summary>The lines of <c>kafka-topics --describe</c>.</summary>
internal sealed class TopicPrinter(TopicsOptions declared, ParsedOptions options, TextWriter output)
{
    private const string MinInSyncReplicas = "min.insync.replicas";

    /// <summary>Prints what the command line asks for of a topic.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="config">Its configuration.</param>
    /// <param name="live">The brokers that are up.</param>
    public void Print(TopicDescription topic, IReadOnlyList<ConfigEntry> config, HashSet<int> live)
    {
        bool all = !declared.ChoosesPartitions(options);
        if (all)
        {
            var own = JavaHashOrder.Of(config, c => c.Name).Where(c => !c.IsDefault).Select(c => $"{c.Name}={c.Value ?? "null"}").ToList();
            if (own.Count > 0 || !options.Has(declared.WithOverrides))
                output.WriteLine(TopicLine(topic, string.Join(',', own)));
        }

        if (options.Has(declared.WithOverrides))
            return;
        int? minimum = int.TryParse(
            config.FirstOrDefault(c => c.Name == MinInSyncReplicas)?.Value, NumberStyles.None, CultureInfo.InvariantCulture, out int value) ? value : null;
        foreach (var partition in topic.Partitions)
        {
            if (all || IsChosen(partition, minimum, live))
                output.WriteLine(PartitionLine(topic.Name!, partition));
        }
    }

    private static string TopicLine(TopicDescription topic, string configs)
    {
        string id = topic.TopicId == Guid.Empty ? "" : $"\tTopicId: {KafkaUuid.Format(topic.TopicId)}";
        int factor = topic.Partitions.Count == 0 ? 0 : topic.Partitions[0].Replicas.Count;
        return $"Topic: {topic.Name}{id}\tPartitionCount: {topic.Partitions.Count}\tReplicationFactor: {factor}\tConfigs: {configs}";
    }

    private static string PartitionLine(string topic, PartitionDescription partition)
    {
        string leader = partition.Leader >= 0 ? partition.Leader.ToString(CultureInfo.InvariantCulture) : "none";
        return $"\tTopic: {topic}\tPartition: {partition.Partition}\tLeader: {leader}\tReplicas: {List(partition.Replicas)}"
            + $"\tIsr: {List(partition.InSyncReplicas)}\tElr: {List(partition.EligibleLeaderReplicas)}"
            + $"\tLastKnownElr: {List(partition.LastKnownEligibleLeaders)}";
    }

    private static string List(IReadOnlyList<int>? brokers) => brokers is null ? "N/A" : string.Join(',', brokers);

    private bool IsChosen(PartitionDescription partition, int? minimum, HashSet<int> live)
    {
        int inSync = partition.InSyncReplicas.Count;
        return (options.Has(declared.UnderReplicated) && inSync < partition.Replicas.Count)
            || (options.Has(declared.Unavailable) && !live.Contains(partition.Leader))
            || (options.Has(declared.UnderMinIsr) && (partition.Leader < 0 || inSync < minimum))
            || (options.Has(declared.AtMinIsr) && inSync == minimum);
    }
}
