using Samsa.Cli.Tools.Clusters;
using Samsa.ZooKeeper;
using Samsa.ZooKeeper.Operations;

namespace Samsa.Cli.Tools.Shell;

/// <summary>
/// A shell at work: the client that it is connected with, the lines that were typed, and how commands are run. Owns the client. One
/// command at a time; lives until disposed, which ends the session.
/// </summary>
internal sealed class ShellSession : IAsyncDisposable
{
    private readonly ShellArguments _arguments;
    private readonly List<string> _history = [];
    private readonly string _usage;
    private ZooKeeperClient? _client;
    private string _server;

    public ShellSession(ShellArguments arguments, ShellOutput output)
    {
        (_arguments, Output, _server) = (arguments, output, arguments.Server);
        _usage = $"ZooKeeper -server host:port {arguments.UsageOfOptions} cmd args\n"
            + string.Join('\n', ShellCommands.All.Select(command => $"\t{command.Name} {command.Usage}"));
    }

    public ShellOutput Output { get; }

    /// <summary>The lines so far.</summary>
    public IReadOnlyList<string> History => _history;

    /// <summary>Set by <c>quit</c>.</summary>
    public bool IsOver { get; set; }

    /// <summary>What the process ends with: that of the last command.</summary>
    public int ExitCode { get; private set; }

    /// <summary>What stands before a line that is typed.</summary>
    public string Prompt =>
        $"[zk: {_server}({(_client is null ? "CLOSED" : _client.State is KeeperState.SyncConnected ? "CONNECTED" : "CONNECTING")}) {_history.Count}] ";

    /// <summary>True while there is a session to ask.</summary>
    public bool IsConnected => _client is { State: not (KeeperState.Expired or KeeperState.AuthFailed) };

    /// <summary>The client; only commands that are not local ask for it.</summary>
    public ZooKeeperClient Client => _client ?? throw new InvalidOperationException("A command without a connection asked for it.");

    /// <summary>Leaves the server and begins a session with another.</summary>
    /// <exception cref="ShellException">The name of the server is none.</exception>
    public async Task ConnectAsync(string server)
    {
        await CloseAsync();
        try
        {
            _client = ZooKeeperClient.Start(new ZooKeeperClientOptions
            {
                ConnectString = server,
                SessionTimeout = _arguments.Timeout,
                SessionWatcher = Output,
                RenewExpiredSession = false,
                MaxBuffer = int.MaxValue,
                Logger = new ClientLog(Output.Error),
            });
            _server = server;
        }
        catch (FormatException e)
        {
            throw new ShellException(e.Message);
        }
    }

    /// <summary>Ends the session.</summary>
    public async Task CloseAsync()
    {
        if (_client is { } client)
        {
            _client = null;
            await client.DisposeAsync();
        }
    }

    public ValueTask DisposeAsync() => new(CloseAsync());

    /// <summary>Runs a line that was typed.</summary>
    public async Task RunLineAsync(string line, CancellationToken cancellation)
    {
        var words = ShellWords.Split(line);
        if (words.Count == 0)
            return;
        _history.Add(line);
        await RunAsync(words, cancellation);
    }

    /// <summary>Runs a command. What it says, the errors too, has been printed then.</summary>
    public async Task RunAsync(IReadOnlyList<string> words, CancellationToken cancellation)
    {
        try
        {
            if (words[0] is "help" or "?")
                Output.Error(_usage);
            else
                await DispatchAsync(words).WaitAsync(cancellation);
            ExitCode = IsOver ? ExitCode : 0;
        }
        catch (ShellException e)
        {
            if (e.HasMessage)
                Output.Error(e.Message);
            ExitCode = e.ExitCode;
        }
        catch (KeeperException e)
        {
            Output.Error(MessageOf(e));
            ExitCode = ToolException.Failure;
        }
        catch (ArgumentException e)
        {
            // A path that is none, or a time to live where there can be none.
            Output.Error(e.Message.Split(" (Parameter", StringSplitOptions.None)[0]);
            ExitCode = ToolException.Failure;
        }
    }

    /// <summary>Runs an operation, or fails with Apache's words for its error.</summary>
    public Task<T> RunAsync<T>(Operation<T> operation) => Client.RunAsync(operation);

    /// <summary>Runs an earlier line again.</summary>
    /// <exception cref="ShellException">There is no such line.</exception>
    public async Task RedoAsync(int index, CancellationToken cancellation = default)
    {
        if (index < 0 || index >= _history.Count - 1)
            throw new ShellException("Command index out of range");
        var words = ShellWords.Split(_history[index]);
        if (words[0] == "redo")
            throw new ShellException("No redoing redos");
        await DispatchAsync(words).WaitAsync(cancellation);
    }

    private async Task DispatchAsync(IReadOnlyList<string> words)
    {
        if (ShellCommands.All.FirstOrDefault(command => command.Name == words[0]) is not { } command)
        {
            Output.Error(_usage);
            throw new ShellException($"Command not found: Command not found {words[0]}", ShellException.NotFound);
        }

        var call = ShellCall.Parse(command, words);
        if (!command.IsLocal && !IsConnected)
        {
            Output.Line("Not connected");
            return;
        }

        await command.Run(this, call);
    }

    private static string MessageOf(KeeperException failure) => failure.Error switch
    {
        KeeperError.NoNode => $"Node does not exist: {failure.Path}",
        KeeperError.NoChildrenForEphemerals => $"Ephemerals cannot have children: {failure.Path}",
        KeeperError.NodeExists => $"Node already exists: {failure.Path}",
        KeeperError.NotEmpty => $"Node not empty: {failure.Path}",
        KeeperError.NotReadOnly => $"Not a read-only call: {failure.Path}",
        KeeperError.InvalidAcl => $"Acl is not valid : {failure.Path}",
        KeeperError.NoAuth => $"Insufficient permission : {failure.Path}",
        KeeperError.BadArguments => $"Arguments are not valid : {failure.Path}",
        KeeperError.BadVersion => $"version No is not valid : {failure.Path}",
        KeeperError.QuotaExceeded => $"Quota has exceeded : {failure.Path}",
        _ => failure.Message,
    };
}
