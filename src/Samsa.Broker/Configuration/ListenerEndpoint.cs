namespace Samsa.Broker.Configuration;

/// <summary>
/// One address of a broker. <paramref name="Name"/> is in upper case. An empty <paramref name="Host"/> binds every interface;
/// port 0 asks the system for a free one.
/// </summary>
public sealed record ListenerEndpoint(string Name, SecurityProtocol SecurityProtocol, string Host, int Port)
{
    /// <summary>The endpoint as it is written in <c>listeners</c>.</summary>
    public override string ToString() => Host.Contains(':', StringComparison.Ordinal) ? $"{Name}://[{Host}]:{Port}" : $"{Name}://{Host}:{Port}";
}
