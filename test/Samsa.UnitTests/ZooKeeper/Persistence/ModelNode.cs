namespace Samsa.UnitTests.ZooKeeper.Persistence;

/// <summary>A node of the <see cref="PlainModel"/>.</summary>
internal sealed class ModelNode
{
    public string Data { get; set; } = "";

    /// <summary>The model's number of the session that owns it, 0 for none.</summary>
    public int Owner { get; set; }

    public int Version { get; set; }

    public int Aversion { get; set; }

    public int Permissions { get; set; } = 31;

    /// <summary>Children created so far.</summary>
    public int Created { get; set; }

    public long Czxid { get; set; }

    public long Mzxid { get; set; }

    public long Pzxid { get; set; }

    public ModelNode Copy() => (ModelNode)MemberwiseClone();
}
