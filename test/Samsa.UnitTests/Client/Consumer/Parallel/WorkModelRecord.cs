namespace Samsa.UnitTests.Client.Consumer.Parallel;

/// <summary>A record of a <see cref="WorkModel"/>.</summary>
internal sealed class WorkModelRecord(long offset, long next, uint? lane)
{
    public long Offset => offset;

    public long Next => next;

    /// <summary>What it has in common with records that it waits for; null for none.</summary>
    public uint? Lane => lane;

    public bool WasBegun { get; set; }

    public bool IsFinished { get; set; }

    public bool WasGivenUp { get; set; }
}
