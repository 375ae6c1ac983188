namespace Samsa.Broker.Groups;

/// <summary>One record of <c>__consumer_offsets</c>; a null value deletes the key.</summary>
internal readonly record struct GroupRecord(byte[] Key, byte[]? Value);
