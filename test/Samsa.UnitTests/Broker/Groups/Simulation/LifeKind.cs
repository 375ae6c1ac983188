namespace Samsa.UnitTests.Broker.Groups.Simulation;

/// <summary>Which protocols the members of a life speak.</summary>
internal enum LifeKind
{
    Classic,
    Consumer,
    Mixed,
}
