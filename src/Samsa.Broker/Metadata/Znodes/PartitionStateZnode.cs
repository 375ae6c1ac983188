namespace Samsa.Broker.Metadata.Znodes;

/// <summary>
/// <c>/brokers/topics/T/partitions/N/state</c>: who leads. <paramref name="ControllerEpoch"/> is that of the controller which wrote
/// it; <paramref name="Leader"/> -1 is nobody.
/// </summary>
internal sealed record PartitionStateZnode(int ControllerEpoch, int Leader, int LeaderEpoch, IReadOnlyList<int> InSyncReplicas)
{
    public byte[] Encode() => ZnodeJson.Write(this, static (writer, state) =>
    {
        writer.WriteNumber("controller_epoch", state.ControllerEpoch);
        writer.WriteNumber("leader", state.Leader);
        writer.WriteNumber("version", 1);
        writer.WriteNumber("leader_epoch", state.LeaderEpoch);
        ZnodeJson.WriteNumbers(writer, "isr", state.InSyncReplicas);
    });

    /// <exception cref="ZnodeFormatException">It is no such node.</exception>
    public static PartitionStateZnode Decode(string path, ReadOnlyMemory<byte> data) => ZnodeJson.Read(path, data, static root =>
        new PartitionStateZnode(
            ZnodeJson.Int32(root, "controller_epoch"),
            ZnodeJson.Int32(root, "leader"),
            ZnodeJson.Int32(root, "leader_epoch"),
            ZnodeJson.Numbers(root.GetProperty("isr"))));
}
