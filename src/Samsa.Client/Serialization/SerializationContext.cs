namespace Samsa.Client.Serialization;

/// <summary>Where the bytes belong, for serializers that depend on it (schemas by topic, for instance).</summary>
/// <param name="Topic">The record's topic.</param>
/// <param name="Part">Key or value.</param>
public readonly record struct SerializationContext(string Topic, RecordPart Part);
