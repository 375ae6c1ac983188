using Microsoft.Extensions.Logging;
using Samsa.Server.Logging;
using Xunit;

namespace Samsa.IntegrationTests.Server;

public sealed class LineLoggerTests : IDisposable
{
    private readonly StringWriter _output = new();

    public void Dispose() => _output.Dispose();

    [Fact]
    public void A_line_has_time_level_room_and_message()
    {
        Logger("info", "Samsa.Broker.Network.SocketServer").LogWarning("Closed {Count} connections", 3);

        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z WARN  Network       Closed 3 connections\r?\n$", _output.ToString());
    }

    [Fact]
    public void Levels_can_differ_by_room()
    {
        Logger("warn,Storage=debug", "Samsa.Storage.PartitionLog").LogDebug("shown");
        Logger("warn,Storage=debug", "Samsa.Broker.Network.SocketServer").LogInformation("hidden");

        Assert.Contains("shown", _output.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("hidden", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void An_exception_shows_its_stack_only_with_an_error()
    {
        Logger("info", "A.B.C").LogWarning(new InvalidOperationException("small"), "careful");
        Assert.Contains("careful: small", _output.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(nameof(InvalidOperationException), _output.ToString(), StringComparison.Ordinal);

        Logger("info", "A.B.C").LogError(new InvalidOperationException("large"), "broken");
        Assert.Contains("System.InvalidOperationException: large", _output.ToString(), StringComparison.Ordinal);
    }

    private ILogger Logger(string levels, string category)
    {
        Assert.True(LogLevels.TryParse(levels, out var parsed, out _));
        using var factory = new LineLoggerFactory(_output, parsed, TimeProvider.System);
        return factory.CreateLogger(category);
    }
}
