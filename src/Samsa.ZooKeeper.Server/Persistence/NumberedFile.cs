namespace Samsa.ZooKeeper.Server.Persistence;

/// <summary>A log or snapshot. (A class: lists of value types of our own are compiled anew with every start.)</summary>
/// <param name="Zxid">The number in its name.</param>
/// <param name="Name">The name, without its directory.</param>
internal sealed record NumberedFile(long Zxid, string Name);
