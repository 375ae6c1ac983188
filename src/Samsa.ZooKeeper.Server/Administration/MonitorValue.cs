namespace Samsa.ZooKeeper.Server.Administration;

/// <summary>A number that the server tells of itself: by <c>mntr</c> (<c>zk_NAME</c>), by the admin port and to Prometheus.</summary>
/// <param name="Name">Apache ZooKeeper's name.</param>
/// <param name="Value">The number or a <see cref="Summary"/> of many; text where it is none.</param>
/// <param name="IsCounter">It only rises.</param>
internal readonly record struct MonitorValue(string Name, object Value, bool IsCounter = false);
