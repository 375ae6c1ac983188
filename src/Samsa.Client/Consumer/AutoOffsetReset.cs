namespace Samsa.Client.Consumer;

/// <summary>Where a consumer starts that has no position, or whose position is gone from the log (<c>auto.offset.reset</c>).</summary>
public enum AutoOffsetReset
{
    /// <summary>At the end: only records that come from now on.</summary>
    Latest,

    /// <summary>At the oldest record there is.</summary>
    Earliest,

    /// <summary>Nowhere: the consumer throws, and the caller decides.</summary>
    None,

    /// <summary>
    /// At the first record that is not older than <see cref="ConsumerOptions.AutoOffsetResetDuration"/>, at the end when all are
    /// (<c>by_duration:PT1H</c>, KIP-1106).
    /// </summary>
    ByDuration,
}
