namespace Samsa.Broker.Configuration;

/// <summary>The keys of the HTTP port (metrics, health).</summary>
public sealed class HttpOptions
{
    internal HttpOptions(ConfigValues values)
    {
        Host = values.Get(BrokerKeys.SamsaHttpHost) ?? "";
        Port = values.GetInt(BrokerKeys.SamsaHttpPort);
    }

    /// <summary><c>samsa.http.host</c>; empty binds every interface.</summary>
    public string Host { get; }

    /// <summary><c>samsa.http.port</c>; 0 for any free one, -1 for none.</summary>
    public int Port { get; }
}
