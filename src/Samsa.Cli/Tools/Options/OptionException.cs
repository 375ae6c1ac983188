namespace Samsa.Cli.Tools.Options;

/// <summary>An option that does not exist, lacks its argument or has a wrong one. The message is one line, in Kafka's words.</summary>
internal sealed class OptionException(string message) : Exception(message);
