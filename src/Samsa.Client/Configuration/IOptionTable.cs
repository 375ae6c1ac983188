namespace Samsa.Client.Configuration;

/// <summary>The keys of one kind of client, by Kafka's names.</summary>
internal interface IOptionTable
{
    /// <summary>Every key, in the order of declaration.</summary>
    IEnumerable<string> Keys { get; }

    bool Knows(string key);

    void Set(ClientOptions options, string key, string value);
}
