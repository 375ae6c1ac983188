namespace Samsa.InteropTests.Differential;

/// <summary>Samsa beside Apache Kafka 3.9.</summary>
public sealed class DifferentialPair39() : DifferentialPair("3.9");
