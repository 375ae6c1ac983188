namespace Samsa.Client.Configuration;

/// <summary>The settings of one kind of client, by Kafka's keys and by the names of their properties.</summary>
internal interface IOptionTable
{
    /// <summary>Every key, in the order of declaration.</summary>
    IEnumerable<string> Keys { get; }

    /// <summary>Every property that text can set.</summary>
    IEnumerable<string> Properties { get; }

    bool Knows(string key);

    /// <summary>Sets by Kafka's key.</summary>
    /// <returns>False for a key without effect.</returns>
    /// <exception cref="ClientConfigException">The key is unknown, or the value is not of its type.</exception>
    bool Set(ClientOptions options, string key, string value);

    /// <summary>Sets by a property's name, in any case of letters.</summary>
    /// <exception cref="ClientConfigException">There is no such property, or the value is not of its type.</exception>
    void SetProperty(ClientOptions options, string name, string value);
}
