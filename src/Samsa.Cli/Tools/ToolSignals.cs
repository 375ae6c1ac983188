using System.Runtime.InteropServices;

namespace Samsa.Cli.Tools;

/// <summary>
/// SIGINT, SIGTERM and SIGHUP while a tool works. Owns the process's handlers for them and a token that the first signal cancels; the
/// runtime's signal thread enters. Lives while the tool works. A second SIGINT ends the process at once.
/// </summary>
internal sealed class ToolSignals : IDisposable
{
    /// <summary>What a shell, and the JVM, give for a process that a signal ended: this plus the signal's number.</summary>
    private const int SignalBase = 128;

    private readonly CancellationTokenSource _stop;
    private readonly PosixSignalRegistration[] _registrations;

    /// <summary>Watches the signals; <paramref name="cancellation"/> stops the tool too.</summary>
    public ToolSignals(CancellationToken cancellation)
    {
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        _registrations =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop),
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop),
            PosixSignalRegistration.Create(PosixSignal.SIGHUP, Stop),
        ];
    }

    /// <summary>Does a tool's work until it is done or a signal stops it.</summary>
    /// <param name="work">The work; it returns the exit code.</param>
    /// <param name="cancellation">Stops it too.</param>
    /// <returns>The exit code: that of the signal if there was one.</returns>
    public static async Task<int> RunAsync(Func<CancellationToken, Task<int>> work, CancellationToken cancellation)
    {
        using var signals = new ToolSignals(cancellation);
        try
        {
            int code = await work(signals.Token);
            return signals.ExitCode ?? code;
        }
        catch (OperationCanceledException) when (signals.Token.IsCancellationRequested)
        {
            return signals.ExitCode ?? ToolException.Failure;
        }
    }

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Token => _stop.Token;

    /// <summary>The exit code that the signal asks for; null when there was none.</summary>
    public int? ExitCode { get; private set; }

    public void Dispose()
    {
        foreach (var registration in _registrations)
            registration.Dispose();
        _stop.Dispose();
    }

    private void Stop(PosixSignalContext context)
    {
        context.Cancel = true;
        if (ExitCode is not null && context.Signal == PosixSignal.SIGINT)
            Environment.Exit(ExitCode.Value);
        ExitCode ??= SignalBase + (context.Signal switch
        {
            PosixSignal.SIGHUP => 1,
            PosixSignal.SIGINT => 2,
            _ => 15,
        });
        _stop.Cancel();
    }
}
