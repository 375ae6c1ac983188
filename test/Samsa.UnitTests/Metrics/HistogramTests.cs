using Samsa.Broker.Metrics;
using Xunit;

namespace Samsa.UnitTests.Metrics;

public sealed class HistogramTests
{
    private const long Second = 1_000;
    private static readonly double[] Quantiles = [0.5, 0.75, 0.95, 0.99, 0.999];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Quantiles_are_within_a_thirtieth_of_the_exact_ones(int seed)
    {
        var random = new Random(seed);
        var histogram = new Histogram(Second);
        var values = new List<long>();
        for (int i = 0; i < 20_000; i++)
        {
            long value = (long)Math.Pow(2, random.NextDouble() * 30);
            values.Add(value);
            histogram.Record(value, timestamp: i);
        }

        values.Sort();
        var results = new double[Quantiles.Length];
        histogram.GetQuantiles(Quantiles, results, timestamp: 20_000);

        Assert.Equal(values.Count, histogram.Count);
        Assert.Equal(values.Sum(), histogram.Sum);
        for (int i = 0; i < Quantiles.Length; i++)
        {
            long exact = values[(int)Math.Ceiling(Quantiles[i] * values.Count) - 1];
            Assert.InRange(results[i], exact * (1 - 1 / 30.0), exact * (1 + 1 / 30.0));
        }
    }

    [Fact]
    public void Small_values_are_exact()
    {
        var histogram = new Histogram(Second);
        for (int value = 0; value < 32; value++)
            histogram.Record(value, 0);

        var results = new double[2];
        histogram.GetQuantiles([0.5, 1], results, 0);

        Assert.Equal([15, 31], results);
    }

    [Fact]
    public void Quantiles_forget_after_six_minutes_and_totals_do_not()
    {
        var histogram = new Histogram(Second);
        histogram.Record(1000, timestamp: 0);
        histogram.Record(5, timestamp: 239 * Second);

        var results = new double[1];
        histogram.GetQuantiles([1.0], results, 359 * Second);
        Assert.InRange(results[0], 970, 1030);
        histogram.GetQuantiles([1.0], results, 361 * Second);
        Assert.Equal(5, results[0]);
        histogram.Record(7, timestamp: 400 * Second);
        histogram.GetQuantiles([1.0], results, 400 * Second);
        Assert.Equal(7, results[0]);
        histogram.GetQuantiles([1.0], results, 2000 * Second);
        Assert.Equal(0, results[0]);
        Assert.Equal(3, histogram.Count);
        Assert.Equal(1012, histogram.Sum);
    }

    [Fact]
    public void Values_out_of_range_are_clamped()
    {
        var histogram = new Histogram(Second);
        histogram.Record(-5, 0);
        histogram.Record(long.MaxValue, 0);

        var results = new double[2];
        histogram.GetQuantiles([0.1, 1], results, 0);

        Assert.Equal(0, results[0]);
        Assert.InRange(results[1], Math.Pow(2, 36), Math.Pow(2, 37));
        Assert.Equal((1L << 37) - 1, histogram.Sum);
    }

    [Fact]
    public void Recording_from_many_threads_loses_nothing()
    {
        var histogram = new Histogram(Second);

        Parallel.For(0, 8, _ =>
        {
            for (int i = 0; i < 10_000; i++)
                histogram.Record(3, 0);
        });

        var results = new double[1];
        histogram.GetQuantiles([0.5], results, 0);
        Assert.Equal(80_000, histogram.Count);
        Assert.Equal(240_000, histogram.Sum);
        Assert.Equal(3, results[0]);
    }
}
