namespace Samsa.Cli.Tools.ConsoleConsumer.Formatters;

/// <summary>A record cannot be printed; the message begins with the name of the exception in Kafka, which scripts may look for.</summary>
internal sealed class MessageException(string message) : Exception(message);
