namespace Samsa.ZooKeeper.Server.Network;

/// <summary>What the four-letter words say about the configuration.</summary>
/// <param name="ClientPort">The port that is served; set once it is known.</param>
/// <param name="DataDirectory">Where the snapshots are.</param>
/// <param name="LogDirectory">Where the logs are.</param>
/// <param name="Version">The version of the product.</param>
internal sealed record ServerInformation(Func<int> ClientPort, string DataDirectory, string LogDirectory, string Version);
