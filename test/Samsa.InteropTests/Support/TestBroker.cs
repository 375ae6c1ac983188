using System.Net.Sockets;

namespace Samsa.InteropTests.Support;

/// <summary>
/// One broker under test with a port and a data directory that survive restarts. What it is, SAMSA_INTEROP_TARGET says: the
/// program `samsa` (when not set), the same as one native file ("native"), Samsa inside this process ("in-process"), or Apache
/// Kafka ("kafka-4.3", "kafka-3.9"), so that every test can be tried against the real thing.
/// </summary>
internal abstract class TestBroker : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly string? _dataDirectory;

    protected TestBroker(IReadOnlyDictionary<string, string> overrides) => Overrides = overrides;

    public static string Target { get; } = Environment.GetEnvironmentVariable("SAMSA_INTEROP_TARGET") ?? "samsa";

    public static bool IsSamsa => Target is "samsa" or "native" or "in-process";

    public abstract int Port { get; }

    /// <summary>The process that the broker runs in.</summary>
    public abstract int ProcessId { get; }

    public string BootstrapServers => "127.0.0.1:" + Port;

    /// <summary>Holds the log directory and the broker's own output.</summary>
    public string Home => _directory.FullName;

    /// <summary>The log directory, in Kafka's own file formats. One that is named here stays when the broker goes.</summary>
    public string DataDirectory
    {
        get => _dataDirectory ?? Path.Combine(Home, "data");
        init => _dataDirectory = value;
    }

    protected IReadOnlyDictionary<string, string> Overrides { get; }

    /// <summary>A started broker, with <paramref name="overrides"/> as server properties ("key=value").</summary>
    public static Task<TestBroker> StartAsync(params string[] overrides) => StartAsync(Target, overrides);

    /// <summary>A started broker that runs in a process of its own, so that it can be killed.</summary>
    public static Task<TestBroker> StartProcessAsync(params string[] overrides) =>
        StartAsync(Target == "in-process" ? "samsa" : Target, overrides);

    public abstract Task StartAsync();

    /// <summary>Ends the broker the way an operator would (SIGTERM), and waits for the end.</summary>
    public abstract Task StopAsync();

    /// <summary>kill -9; returns when the process is gone.</summary>
    public abstract Task KillAsync();

    public async Task RestartAsync()
    {
        await StopAsync();
        await StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _directory.Dispose();
    }

    /// <summary>True when somebody accepts connections on the port.</summary>
    internal static async Task<bool> IsListeningAsync(int port)
    {
        using TcpClient client = new();
        try
        {
            await client.ConnectAsync("127.0.0.1", port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>A started broker of the kind that <paramref name="target"/> says.</summary>
    internal static async Task<TestBroker> StartAsync(string target, string[] overrides)
    {
        Dictionary<string, string> properties = overrides.Select(pair => pair.Split('=', 2)).ToDictionary(p => p[0], p => p[1]);
        TestBroker broker = target switch
        {
            "samsa" => new SamsaProcess(properties),
            "native" => new SamsaProcess(properties, RepositoryPaths.NativeFile),
            "in-process" => new InProcessBroker(properties),
            "kafka-4.3" or "kafka-3.9" => new ApacheKafkaProcess(target["kafka-".Length..], properties),
            _ => throw new InvalidOperationException(
                $"SAMSA_INTEROP_TARGET is '{target}'; it can be samsa, native, in-process, kafka-4.3 or kafka-3.9."),
        };
        try
        {
            await broker.StartAsync();
            return broker;
        }
        catch
        {
            await broker.DisposeAsync();
            throw;
        }
    }
}
