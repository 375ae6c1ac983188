using Samsa.Client.Producer;

namespace Samsa.Cli.Tools.Verifiable;

/// <summary>A record that <c>kafka-verifiable-producer</c> sent.</summary>
/// <param name="Topic">Its topic.</param>
/// <param name="Key">Its key, or null.</param>
/// <param name="Value">Its value.</param>
/// <param name="Delivery">What became of it; to be awaited once.</param>
internal readonly record struct SentRecord(string Topic, string? Key, string Value, ValueTask<RecordMetadata> Delivery);
