namespace Samsa.Client.Configuration;

/// <summary>A setting is missing, unknown, or has a value that cannot work; the message names it and what would be right.</summary>
public sealed class ClientConfigException : ArgumentException
{
    /// <summary>A fault of the setting with Kafka's name <paramref name="key"/>.</summary>
    public ClientConfigException(string key, string message) : base(message) => Key = key;

    /// <summary>Kafka's name of the setting, such as <c>bootstrap.servers</c>.</summary>
    public string Key { get; }
}
