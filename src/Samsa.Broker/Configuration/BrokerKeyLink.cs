namespace Samsa.Broker.Configuration;

/// <summary>The broker key that gives a topic or group key its default; a number is multiplied by <paramref name="Factor"/>.</summary>
public readonly record struct BrokerKeyLink(string Name, long Factor);
