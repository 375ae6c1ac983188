using System.Diagnostics;

namespace Samsa.Fuzz.Engine;

/// <summary>
/// Feeds a target: takes inputs that showed something new, changes them, runs them, keeps those that again show something new.
/// Owns the inputs and the findings; the target stays the caller's. One thread runs inputs, the caller's watches for hangs.
/// Ends with a report; a hang ends it early, because the thread that hangs cannot be stopped.
/// </summary>
public sealed class FuzzSession(IFuzzTarget target, FuzzOptions options)
{
    private const int InputsPerReset = 100;
    private const int MinimizingRuns = 400;

    private readonly Random _random = new(options.Seed);
    private readonly List<byte[]> _kept = [];
    private readonly HashSet<ulong> _signs = [];
    private readonly Dictionary<string, Finding> _findings = [];
    private readonly Behaviour _seen = new();
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private byte[] _current = [];
    private string _stage = "";
    private long _currentSince = -1;
    private long _executions;
    private long _mostAllocated;
    private TimeSpan _mostCpu;
    private TimeSpan _cpuAtStart;

    /// <summary>The inputs that showed something new.</summary>
    public IReadOnlyList<byte[]> Kept => _kept;

    /// <summary>Runs until the options say that it is enough.</summary>
    public FuzzReport Run()
    {
        _cpuAtStart = Environment.CpuUsage.TotalTime;
        Exception? failure = null;
        var runner = new Thread(() =>
        {
            try
            {
                Loop();
            }
#pragma warning disable CA1031 // Handed to the caller below.
            catch (Exception e)
#pragma warning restore CA1031
            {
                failure = e;
            }
        })
        { IsBackground = true, Name = "fuzz " + target.Name };
        runner.Start();
        while (!runner.Join(TimeSpan.FromMilliseconds(200)))
        {
            var since = Interlocked.Read(ref _currentSince);
            if (since >= 0 && _clock.ElapsedMilliseconds - since > options.HangAfter.TotalMilliseconds)
            {
                Add($"hang in {_stage}", $"{_stage} did not end within {options.HangAfter.TotalSeconds:0} s", _current);
                return Report();
            }
        }

        return failure is null ? Report() : throw new InvalidOperationException($"The session of {target.Name} failed: {failure.Message}", failure);
    }

    private void Loop()
    {
        var isWarm = false;
        foreach (var input in options.Corpus.Concat(target.Seeds(_random)))
        {
            if (!isWarm)
            {
                WarmUp(input);
                isWarm = true;
            }

            Try(input);
            if (IsOver())
            {
                return;
            }
        }

        var nextProgress = TimeSpan.FromSeconds(10);
        while (!IsOver())
        {
            var picked = Pick();
            Begin("Mutate", picked);
            var input = target.Mutate(picked, Pick(), _random);
            Try(input);
            if (_clock.Elapsed > nextProgress)
            {
                nextProgress = _clock.Elapsed + TimeSpan.FromSeconds(10);
                options.Progress?.Invoke(Report());
            }
        }
    }

    // Time and memory are those of the process. What is made once (the parsed schemas take 7 MB) would be blamed on the first input.
    private void WarmUp(byte[] input)
    {
        Reset();
        Execute(input);
        (_mostAllocated, _mostCpu) = (0, TimeSpan.Zero);
    }

    private bool IsOver() => _executions >= options.Executions || Environment.CpuUsage.TotalTime - _cpuAtStart >= options.CpuTime;

    private void Begin(string stage, byte[] input)
    {
        (_stage, _current) = (stage, input);
        Interlocked.Exchange(ref _currentSince, _clock.ElapsedMilliseconds);
    }

    // Half of the time one of the newest inputs: they are where the frontier is.
    private byte[] Pick() => _random.Next(2) == 0
        ? _kept[_random.Next(_kept.Count)]
        : _kept[Math.Max(0, _kept.Count - 1 - _random.Next(64))];

    private void Try(byte[] input)
    {
        if (_executions++ % InputsPerReset == 0)
        {
            Reset();
        }

        var finding = Execute(input);
        if (finding is not null)
        {
            Minimize(input, finding.Value);
            Reset();
            return;
        }

        var news = false;
        foreach (var sign in _seen.Signs)
        {
            news |= _signs.Add(sign);
        }

        if (news || _kept.Count == 0)
        {
            _kept.Add(input);
        }
    }

    // A target looks at what all inputs together left behind; what is wrong with that belongs to all of them.
    private void Reset()
    {
        var history = target.History();
        Begin("Reset", history);
        try
        {
            target.Reset();
        }
        catch (FindingException broken)
        {
            Add(broken.Rule, broken.ToString(), history);
            target.Reset();
        }
    }

    // Returns what went wrong, as a key and a sentence.
    private (string Key, string Text)? Execute(byte[] input)
    {
        Begin("Execute", input);
        _seen.Clear();
        var cpu = Environment.CpuUsage.TotalTime;
        var allocated = GC.GetTotalAllocatedBytes();
        try
        {
            target.Execute(input, _seen);
        }
        catch (FindingException broken)
        {
            return (broken.Rule, broken.ToString());
        }
#pragma warning disable CA1031 // Whatever else comes out of the code under test is a finding.
        catch (Exception e)
#pragma warning restore CA1031
        {
            return (KeyOf(e), e.ToString());
        }
        allocated = GC.GetTotalAllocatedBytes() - allocated;
        cpu = Environment.CpuUsage.TotalTime - cpu;
        _mostAllocated = Math.Max(_mostAllocated, allocated);
        _mostCpu = cpu > _mostCpu ? cpu : _mostCpu;
        return options.MeasuresMemory && allocated > target.AllocationBound(input)
            ? ("memory", $"{input.Length} bytes of input allocated {allocated} bytes; the bound is {target.AllocationBound(input)}")
            : cpu > options.CpuPerInput
            ? ("slow", $"{input.Length} bytes of input took {cpu.TotalSeconds:0.0} s of processor time")
            : null;
    }

    private static string KeyOf(Exception e)
    {
        var trace = new StackTrace(e);
        var frames = trace.GetFrames()
            .Select(frame => frame.GetMethod())
            .Where(method => method?.DeclaringType?.FullName?.StartsWith("Samsa.", StringComparison.Ordinal) == true)
            .Take(2)
            .Select(method => $"{method!.DeclaringType!.Name}.{method.Name}");
        return $"{e.GetType().Name} in {string.Join(" < ", frames)}";
    }

    private void Minimize(byte[] input, (string Key, string Text) finding)
    {
        if (_findings.ContainsKey(finding.Key))
        {
            return;
        }

        // Perhaps only together with what came before.
        var history = target.History();
        Reset();
        if (Execute(input)?.Key != finding.Key)
        {
            if (history.Length == 0)
            {
                Add(finding.Key, finding.Text, input);
                return;
            }

            input = history;
        }

        var runs = 0;
        for (var chunk = Math.Max(1, input.Length / 2); chunk >= 1 && runs < MinimizingRuns; chunk /= 2)
        {
            for (var at = 0; at + chunk <= input.Length && runs < MinimizingRuns; runs++)
            {
                byte[] shorter = [.. input.AsSpan(0, at), .. input.AsSpan(at + chunk)];
                Reset();
                if (Execute(shorter) is { } again && again.Key == finding.Key)
                {
                    (input, finding) = (shorter, again);
                }
                else
                {
                    at += chunk;
                }
            }
        }

        Add(finding.Key, finding.Text, input);
    }

    private void Add(string key, string text, byte[] input)
    {
        var finding = new Finding(target.Name, key, text, input);
        if (_findings.TryAdd(key, finding))
        {
            options.Found?.Invoke(finding);
        }
    }

    private FuzzReport Report() => new(
        target.Name, _executions, Environment.CpuUsage.TotalTime - _cpuAtStart, _signs.Count, _kept.Count, _mostAllocated, _mostCpu, [.. _findings.Values]);
}
