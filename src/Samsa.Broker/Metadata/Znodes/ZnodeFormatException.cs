namespace Samsa.Broker.Metadata.Znodes;

/// <summary>A node holds something else than a broker writes there. Whoever reads it goes on without it and says so.</summary>
internal sealed class ZnodeFormatException(string path, string reason, Exception? cause = null)
    : Exception($"{path}: {reason}", cause)
{
    /// <summary>The node.</summary>
    public string Path { get; } = path;
}
