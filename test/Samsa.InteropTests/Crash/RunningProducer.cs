using System.Diagnostics;
using System.Text;
using Samsa.InteropTests.Support;

namespace Samsa.InteropTests.Crash;

/// <summary>
/// A producer in a child process: takes one record per line, and says which lines it writes for acknowledgements. Owns the
/// process; used by one test; lives until disposed; an early end of the process shows in <see cref="FinishAsync"/>.
/// </summary>
internal sealed class RunningProducer : IAsyncDisposable
{
    private readonly Process _process;
    private readonly List<string> _acknowledgements = [];
    private readonly StringBuilder _rest = new();
    private readonly Task _reading;

    private RunningProducer(Process process, StreamReader acknowledgements, StreamReader rest, Func<string, bool> isAcknowledgement)
    {
        _process = process;
        _reading = Task.WhenAll(
            ReadAsync(acknowledgements, line => isAcknowledgement(line) && Remember(line)),
            ReadAsync(rest, _ => false));
    }

    /// <summary>kcat, which at verbosity 3 says on its error stream what was delivered.</summary>
    public static RunningProducer StartKcat(string bootstrapServers, string topic)
    {
        string[] arguments =
        [
            "-P", "-E", "-vvv", "-b", bootstrapServers, "-t", topic, "-p", "0", "-X", "acks=all", "-X", "linger.ms=1",
            "-X", "batch.num.messages=20", "-X", "reconnect.backoff.ms=20", "-X", "reconnect.backoff.max.ms=200",
            "-X", "retry.backoff.ms=20", "-X", "message.send.max.retries=1000",
        ];
        Process process = Process.Start(Child.Describe(Tools.Kcat, arguments))!;
        return new RunningProducer(
            process,
            process.StandardError,
            process.StandardOutput,
            line => line.Contains("Message delivered to partition", StringComparison.Ordinal));
    }

    /// <summary>confluent-kafka-python with enable.idempotence; an acknowledgement is the record, a tab and its offset.</summary>
    public static RunningProducer StartIdempotent(string bootstrapServers, string topic)
    {
        string python = Tools.Python("confluent_kafka", "python3-confluent-kafka");
        string script = Path.Combine(RepositoryPaths.Clients, "confluent_python_client.py");
        Process process = Process.Start(Child.Describe(python, [script, "idempotent-stream", bootstrapServers, topic]))!;
        return new RunningProducer(process, process.StandardOutput, process.StandardError, line => line.Contains('\t'));
    }

    public async Task SendAsync(IEnumerable<string> records)
    {
        foreach (string record in records)
        {
            await _process.StandardInput.WriteAsync(record + "\n");
        }

        await _process.StandardInput.FlushAsync();
    }

    /// <summary>How many records are acknowledged so far.</summary>
    public int Acknowledged
    {
        get
        {
            lock (_acknowledgements)
            {
                return _acknowledgements.Count;
            }
        }
    }

    /// <summary>
    /// Sends a steady stream until <paramref name="count"/> records are acknowledged (producers report only while they are fed),
    /// and gives back what it sent.
    /// </summary>
    public async Task<List<string>> StreamUntilAcknowledgedAsync(int count, IEnumerable<string> records)
    {
        const int Slice = 10;
        TimeProvider time = TimeProvider.System;
        long began = time.GetTimestamp();
        List<string> sent = [];
        foreach (string[] slice in records.Chunk(Slice))
        {
            if (Acknowledged >= count)
            {
                return sent;
            }

            await SendAsync(slice);
            sent.AddRange(slice);
            await Task.Delay(TimeSpan.FromMilliseconds(1), time);
            if (time.GetElapsedTime(began) > Child.Patience)
            {
                throw new TimeoutException($"{Acknowledged} of {count} acknowledgements came. The producer wrote: {Rest()}");
            }
        }

        return sent;
    }

    /// <summary>Closes the input, waits for the end and gives all acknowledgements; fails if the producer says that something was not sent.</summary>
    public async Task<List<string>> FinishAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync().WaitAsync(Child.Patience);
        await _reading;
        if (_process.ExitCode != 0)
        {
            throw new InvalidOperationException($"The producer ended with {_process.ExitCode}: {Rest()}");
        }

        return _acknowledgements;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        await _reading;
        _process.Dispose();
    }

    private async Task ReadAsync(StreamReader reader, Func<string, bool> take)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            if (!take(line))
            {
                lock (_rest)
                {
                    _rest.AppendLine(line);
                }
            }
        }
    }

    private bool Remember(string line)
    {
        lock (_acknowledgements)
        {
            _acknowledgements.Add(line);
            return true;
        }
    }

    private string Rest()
    {
        lock (_rest)
        {
            string text = _rest.ToString();
            return text.Length <= 4000 ? text : text[^4000..];
        }
    }
}
