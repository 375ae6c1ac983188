namespace Samsa.Storage.Epochs;

/// <summary>A leader epoch and the offset of the first record written in it.</summary>
public readonly record struct EpochEntry(int Epoch, long StartOffset);
