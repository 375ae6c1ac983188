namespace Samsa.InteropTests.Differential;

/// <summary>Samsa beside Apache Kafka 4.3.</summary>
public sealed class DifferentialPair43() : DifferentialPair("4.3");
