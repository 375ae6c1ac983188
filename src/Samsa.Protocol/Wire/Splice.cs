namespace Samsa.Protocol.Wire;

/// <summary>A region that belongs into the written bytes before <paramref name="Position"/>, but was not copied there.</summary>
/// <param name="Position">An index into <see cref="WireWriter.WrittenMemory"/>.</param>
/// <param name="Region">The bytes to send at that place.</param>
public readonly record struct Splice(int Position, IRecordRegion Region);
