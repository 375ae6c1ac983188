namespace Samsa.Storage.Producers;

/// <summary>The outcome of a producer check. The offsets and the time are those of the first append of a duplicate, else -1.</summary>
public readonly record struct ProducerCheckResult(
    ProducerVerdict Verdict, long FirstOffset, long LastOffset, long Timestamp, string? Message)
{
    /// <summary>Append the batch.</summary>
    public static ProducerCheckResult Accepted => new(ProducerVerdict.Accepted, -1, -1, -1, null);

    /// <summary>The batch is in the log already.</summary>
    internal static ProducerCheckResult Duplicate(in BatchMetadata batch) =>
        new(ProducerVerdict.Duplicate, batch.FirstOffset, batch.LastOffset, batch.Timestamp, null);

    /// <summary>The batch must be refused.</summary>
    internal static ProducerCheckResult Refused(ProducerVerdict verdict, string message) => new(verdict, -1, -1, -1, message);
}
