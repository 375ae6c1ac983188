namespace Samsa.ZooKeeper.Transport;

/// <summary>A server of an ensemble, as the connect string names it.</summary>
/// <param name="Host">A name or an address; IPv6 without brackets.</param>
/// <param name="Port">The client port.</param>
public readonly record struct ServerAddress(string Host, int Port)
{
    /// <inheritdoc/>
    public override string ToString() => Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]:{Port}" : $"{Host}:{Port}";
}
