using System.Diagnostics;
using Xunit;

namespace Samsa.InteropTests.Compression;

/// <summary>Runs a reference program of a codec as a filter: bytes in, bytes out.</summary>
internal static class ReferenceTool
{
    /// <summary>Debian puts python3-snappy beside the system's own Python, whatever other Python comes first in the path.</summary>
    public const string Python = "/usr/bin/python3";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    /// <summary>Skips the running test with a reason when the program does not run.</summary>
    public static async Task RequireAsync(string program, params string[] arguments)
    {
        string? reason = null;
        try
        {
            await FilterAsync([], program, arguments);
        }
        catch (Exception error) when (error is System.ComponentModel.Win32Exception or InvalidOperationException)
        {
            reason = error.Message;
        }

        Assert.SkipWhen(reason is not null, $"The reference program is not installed: {program} {string.Join(' ', arguments)}: {reason}");
    }

    /// <summary>The program's output for this input. A failing program is an <see cref="InvalidOperationException"/> with its own words.</summary>
    public static async Task<byte[]> FilterAsync(byte[] input, string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        using var timeout = new CancellationTokenSource(Patience);
        try
        {
            using var output = new MemoryStream();
            var reading = process.StandardOutput.BaseStream.CopyToAsync(output, timeout.Token);
            var complaints = process.StandardError.ReadToEndAsync(timeout.Token);
            try
            {
                await process.StandardInput.BaseStream.WriteAsync(input, timeout.Token);
                process.StandardInput.Close();
            }
            catch (IOException)
            {
                // The program went away before it read everything: its exit code says more.
            }

            await reading;
            var text = await complaints;
            await process.WaitForExitAsync(timeout.Token);
            return process.ExitCode == 0
                ? output.ToArray()
                : throw new InvalidOperationException($"{program} ended with {process.ExitCode}: {text.Trim()}");
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
            }
        }
    }
}
