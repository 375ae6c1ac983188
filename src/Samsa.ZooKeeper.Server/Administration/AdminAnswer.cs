namespace Samsa.ZooKeeper.Server.Administration;

/// <summary>An answer over HTTP.</summary>
internal sealed record AdminAnswer(int Status, string ContentType, string Body);
