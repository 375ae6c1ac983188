namespace Samsa.ZooKeeper.Records;

/// <summary>What became of one operation of a multi.</summary>
/// <param name="Type">The operation; <see cref="OpCode.Error"/> when it was not done.</param>
/// <param name="Error">Why it was not done.</param>
/// <param name="Body">What it answers; null for nothing.</param>
public sealed record MultiResponsePart(OpCode Type, KeeperError Error, IRecord? Body);
