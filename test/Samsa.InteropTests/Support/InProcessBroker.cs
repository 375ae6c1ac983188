using System.Globalization;
using Samsa.Testing;

namespace Samsa.InteropTests.Support;

/// <summary>Samsa inside this process, as a user's own tests would start it; it cannot be killed.</summary>
internal sealed class InProcessBroker(IReadOnlyDictionary<string, string> overrides) : TestBroker(overrides)
{
    private SamsaBroker? _broker;

    public override int Port =>
        int.Parse(_broker!.BootstrapServers.Split(':')[1], CultureInfo.InvariantCulture);

    public override int ProcessId => Environment.ProcessId;

    public override async Task StartAsync()
    {
        if (_broker is null)
        {
            _broker = await SamsaBroker.StartAsync(new SamsaBrokerOptions { Overrides = Overrides, DataDirectory = DataDirectory });
        }
        else
        {
            await _broker.RestartAsync();
        }
    }

    public override Task StopAsync() => _broker?.StopAsync() ?? Task.CompletedTask;

    public override Task KillAsync() => throw new NotSupportedException("Samsa inside the test process cannot be killed.");
}
