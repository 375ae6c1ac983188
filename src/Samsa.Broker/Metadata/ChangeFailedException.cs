namespace Samsa.Broker.Metadata;

/// <summary>A change was given up: each attempt to make it failed, and the next one would too.</summary>
internal sealed class ChangeFailedException(string message) : Exception(message);
