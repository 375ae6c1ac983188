using System.Globalization;
using Samsa.Cli.Tools.Performance;
using Xunit;

namespace Samsa.UnitTests.Cli.Performance;

public sealed class LatencyStatsTests : IDisposable
{
    private readonly StringWriter _output = new(CultureInfo.InvariantCulture) { NewLine = "\n" };
    private readonly ManualTimeProvider _time = new();

    public void Dispose() => _output.Dispose();

    [Fact]
    public void The_summary_has_rates_averages_and_quantiles()
    {
        var stats = new LatencyStats(100, 5_000, isSteadyState: false, _output, _time);
        _time.Advance(TimeSpan.FromSeconds(2));
        for (int i = 1; i <= 100; i++)
            stats.Record(i, 1024 * 1024, Now());

        stats.PrintTotal();

        Assert.Equal(
            "100 records sent, 50.000000 records/sec (50.00 MB/sec), 50.50 ms avg latency, 100.00 ms max latency, 51 ms 50th, 96 ms 95th, 100 ms 99th, "
            + "100 ms 99.9th.\n",
            _output.ToString());
    }

    [Fact]
    public void An_interval_that_is_over_is_told_and_the_next_one_begins()
    {
        var stats = new LatencyStats(10, 1_000, isSteadyState: false, _output, _time);
        stats.Record(4, 10, Now());
        _time.Advance(TimeSpan.FromSeconds(1));
        stats.Record(6, 10, Now());
        _time.Advance(TimeSpan.FromMilliseconds(999));
        stats.Record(100, 10, Now());
        _time.Advance(TimeSpan.FromMilliseconds(1));
        stats.Record(1, 10, Now());

        Assert.Equal(
            "2 records sent, 2.0 records/sec (0.00 MB/sec), 5.0 ms avg latency, 6.0 ms max latency.\n"
            + "2 records sent, 2.0 records/sec (0.00 MB/sec), 50.5 ms avg latency, 100.0 ms max latency.\n",
            _output.ToString());
    }

    [Fact]
    public void Many_records_are_sampled_evenly()
    {
        var stats = new LatencyStats(1_500_000, long.MaxValue, isSteadyState: true, _output, _time);
        _time.Advance(TimeSpan.FromSeconds(1));
        for (int i = 0; i < 1_500_000; i++)
            stats.Record(i < 750_000 ? 1 : 3, 0, Now());

        stats.PrintTotal();

        Assert.Contains(", 3 ms 50th, 3 ms 95th", _output.ToString(), StringComparison.Ordinal);
        Assert.StartsWith("1500000 steady state records sent, 1500000.000000 records/sec (0.00 MB/sec), 2.00 ms avg", _output.ToString(), StringComparison.Ordinal);
    }

    private long Now() => _time.GetUtcNow().ToUnixTimeMilliseconds();
}
