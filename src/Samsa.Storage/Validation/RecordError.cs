namespace Samsa.Storage.Validation;

/// <summary>Why one record made its batch be refused.</summary>
/// <param name="BatchIndex">The record's index in the batch, from 0.</param>
/// <param name="Message">What was wrong with it.</param>
public readonly record struct RecordError(int BatchIndex, string Message);
