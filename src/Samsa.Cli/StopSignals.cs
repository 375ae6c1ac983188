using System.Runtime.InteropServices;

namespace Samsa.Cli;

/// <summary>The signals that end a server.</summary>
/// <remarks>
/// Owns the process's handlers for SIGTERM, SIGINT and SIGHUP. The runtime's signal thread enters. Lives while the command
/// runs. A second SIGINT ends the process at once, for a stop that hangs.
/// </remarks>
internal sealed class StopSignals : IDisposable
{
    /// <summary>128 + 2, what a shell and Apache Kafka give for an interrupted process.</summary>
    private const int Interrupted = 130;

    private readonly TaskCompletionSource _received = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly PosixSignalRegistration[] _registrations;

    public StopSignals() => _registrations =
    [
        PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop),
        PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop),
        PosixSignalRegistration.Create(PosixSignal.SIGHUP, Stop),
    ];

    /// <summary>Completes with the first signal.</summary>
    public Task Received => _received.Task;

    /// <summary>The exit code that the first signal asks for.</summary>
    public int ExitCode { get; private set; }

    public void Dispose()
    {
        foreach (var registration in _registrations)
            registration.Dispose();
    }

    private void Stop(PosixSignalContext context)
    {
        context.Cancel = true;
        if (_received.Task.IsCompleted)
        {
            if (context.Signal == PosixSignal.SIGINT)
                Environment.Exit(Interrupted);
            return;
        }

        ExitCode = context.Signal == PosixSignal.SIGINT ? Interrupted : 0;
        _received.TrySetResult();
    }
}
