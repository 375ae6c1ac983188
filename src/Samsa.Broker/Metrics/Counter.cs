namespace Samsa.Broker.Metrics;

/// <summary>
/// A sum that may belong to a larger sum: what is added to a topic's counter is added to the counter of all topics too.
/// Any thread may add; adding allocates nothing and takes no lock.
/// </summary>
public sealed class Counter
{
    private readonly Counter? _total;
    private long _value;

    /// <summary>Creates a counter at zero.</summary>
    /// <param name="total">The counter of the whole, which receives every addition as well.</param>
    public Counter(Counter? total = null) => _total = total;

    /// <summary>The sum so far.</summary>
    public long Value => Interlocked.Read(ref _value);

    /// <summary>Adds <paramref name="amount"/>, which must not be negative.</summary>
    public void Add(long amount)
    {
        Interlocked.Add(ref _value, amount);
        _total?.Add(amount);
    }

    /// <summary>Adds one.</summary>
    public void Increment() => Add(1);
}
