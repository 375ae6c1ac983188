namespace Samsa.Cli.Tools.ConsoleProducer;

/// <summary>A line, or a setting of the reader, cannot be used; the message is Kafka's.</summary>
internal sealed class LineException(string message) : Exception(message);
