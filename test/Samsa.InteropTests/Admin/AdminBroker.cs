using Samsa.InteropTests.Support;
using Xunit;

namespace Samsa.InteropTests.Admin;

/// <summary>The broker that a class of admin tests talks to; started by the first test that asks.</summary>
/// <param name="kind">A target of <see cref="TestBroker"/>.</param>
public abstract class AdminBroker(string kind) : IAsyncLifetime
{
    private Task<TestBroker>? _broker;

    internal Task<TestBroker> StartedAsync() => _broker ??= TestBroker.StartAsync(kind, ["num.partitions=3"]);

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_broker is { IsCompletedSuccessfully: true } broker)
        {
            await (await broker).DisposeAsync();
        }
    }
}
