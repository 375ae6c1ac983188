namespace Samsa.Protocol.Messages;

/// <summary>A generated message that is kept in a log or a file, or inside another message's bytes: tools can print it.</summary>
public interface IStoredMessage : IMessage
{
    /// <summary>
    /// Writes the fields of the version as Kafka's tools print them: all that the version has, in the order of the schema, tagged
    /// fields only where they do not hold their default.
    /// </summary>
    /// <exception cref="UnsupportedVersionException">The message has no such version.</exception>
    void WriteJson(MessageJsonWriter json, short version);
}
