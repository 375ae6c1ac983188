using Samsa.Client.Configuration;
using Samsa.Client.Consumer;
using Xunit;

namespace Samsa.UnitTests.Client.Consumer;

/// <summary>Where a consumer begins that goes back by a duration (KIP-1106).</summary>
public sealed class StartTests
{
    [Theory]
    [InlineData(7, 3)]
    [InlineData(60_000, 0)]
    [InlineData(1, 8)]
    public async Task ByDuration_begins_at_the_first_record_young_enough(int milliseconds, long first)
    {
        // Records 0 to 7 have the timestamps 0 to 7; it is 10 now.
        var stage = new ConsumerStage();
        stage.First.Add(8);
        stage.Options.TimeProvider = new FixedTime(DateTimeOffset.FromUnixTimeMilliseconds(Batches.Timestamp + 10));
        stage.Options.AutoOffsetReset = AutoOffsetReset.ByDuration;
        stage.Options.AutoOffsetResetDuration = TimeSpan.FromMilliseconds(milliseconds);
        await using var consumer = stage.Typed();
        consumer.Assign(stage.First.Id);

        Assert.Equal(first, (await consumer.PositionAsync(stage.First.Id, TestContext.Current.CancellationToken)).Offset);
    }

    [Theory]
    [InlineData("by_duration:PT0S", 0)]
    [InlineData("by_duration:PT1H", 3600)]
    [InlineData("by_duration:P1DT2H3M4.5S", 93784.5)]
    [InlineData("BY_DURATION:p7d", 604800)]
    public void Set_reads_durations(string value, double seconds)
    {
        var options = new ConsumerOptions();

        options.Set("auto.offset.reset", value);

        Assert.Equal((AutoOffsetReset.ByDuration, TimeSpan.FromSeconds(seconds)), (options.AutoOffsetReset, options.AutoOffsetResetDuration));
    }

    [Theory]
    [InlineData("by_duration")]
    [InlineData("by_duration:")]
    [InlineData("by_duration:1h")]
    [InlineData("by_duration:P")]
    [InlineData("by_duration:PT")]
    [InlineData("by_duration:P1Y")]
    [InlineData("by_duration:P1DT")]
    [InlineData("by_duration:-PT1H")]
    [InlineData("by_duration:PT-1H")]
    [InlineData("by_duration:P99999999999999999D")]
    [InlineData("byduration")]
    [InlineData("smallest")]
    public void Set_refuses_what_is_no_duration(string value) =>
        Assert.Equal("auto.offset.reset", Assert.Throws<ClientConfigException>(() => new ConsumerOptions().Set("auto.offset.reset", value)).Key);

    private sealed class FixedTime(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
