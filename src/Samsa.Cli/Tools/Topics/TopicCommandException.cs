namespace Samsa.Cli.Tools.Topics;

/// <summary>A command about topics failed; the message is what <c>kafka-topics</c> prints.</summary>
internal sealed class TopicCommandException(string message) : Exception(message);
