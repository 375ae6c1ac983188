using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Samsa.Fuzz.Engine;

namespace Samsa.Fuzz;

/// <summary>The command line of the fuzzer. Exit code 0: nothing found; 1: findings; 64: wrong arguments.</summary>
internal static class FuzzCommand
{
    private const string Usage = """
        Samsa.Fuzz: feeds the broker's codecs, handlers and files with input that nobody should send.

          --target NAME       requests, messages, batches, codecs, files, or all (default)
          --seconds N         processor seconds for each target (default 10)
          --executions N      inputs for each target instead of a time
          --seed N            the seed of all choices (default 1)
          --findings DIR      where inputs that break a promise are written (default: artifacts/fuzz)
          --save-corpus DIR   writes the small inputs that showed new behaviour, a folder for each target
          --no-corpus         begins without the kept inputs of test/Samsa.Fuzz/Corpus
          --replay FILE       runs one input of --target and says what happens
          --help              this
        """;

    internal static int Run(string[] args)
    {
        var options = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < args.Length; i++)
        {
            if (args[i] is "--help" or "-h")
            {
                Console.WriteLine(Usage);
                return 0;
            }

            if (args[i] is "--no-corpus")
            {
                options[args[i]] = "";
            }
            else if (args[i] is "--target" or "--seconds" or "--executions" or "--seed" or "--findings" or "--save-corpus" or "--replay" && i + 1 < args.Length)
            {
                options[args[i]] = args[++i];
            }
            else
            {
                Console.Error.WriteLine($"Samsa.Fuzz: '{args[i]}' is no option, or lacks its value; see --help");
                return 64;
            }
        }

        var target = options.GetValueOrDefault("--target", "all");
        string[] names = target == "all" ? [.. FuzzTargets.Names] : [target];
        if (!names.All(FuzzTargets.Names.Contains)
            || !TryNumber(options, "--seconds", 10, out var seconds) || !TryNumber(options, "--executions", 0, out var executions)
            || !TryNumber(options, "--seed", 1, out var seed))
        {
            Console.Error.WriteLine($"Samsa.Fuzz: targets are {string.Join(", ", FuzzTargets.Names)}; --seconds, --executions and --seed are numbers");
            return 64;
        }

        if (options.TryGetValue("--replay", out var file))
        {
            return Replay(names[0], file);
        }

        var findings = options.GetValueOrDefault("--findings", Path.Combine(RepositoryPaths.Root, "artifacts", "fuzz"));
        var session = new FuzzOptions
        {
            Seed = (int)seed,
            Executions = executions > 0 ? executions : null,
            CpuTime = executions > 0 ? null : TimeSpan.FromSeconds(seconds),
            Progress = report => Print("", report),
            Found = finding => Save(findings, finding),
        };
        var found = 0;
        foreach (var name in names)
        {
            found += RunTarget(name, session with { Corpus = options.ContainsKey("--no-corpus") ? [] : FuzzTargets.Corpus(name) }, options.GetValueOrDefault("--save-corpus"));
        }

        using var process = Process.GetCurrentProcess();
        Console.WriteLine($"{found} kinds of findings; peak memory of the process {process.PeakWorkingSet64 >> 20} MiB");
        return found == 0 ? 0 : 1;
    }

    private static int RunTarget(string name, FuzzOptions options, string? corpus)
    {
        Console.WriteLine($"{name}: seed {options.Seed}, {options.Corpus.Count} kept inputs");
        using var target = FuzzTargets.Create(name)!;
        var session = new FuzzSession(target, options);
        var report = session.Run();
        Print("done: ", report);
        if (corpus is not null)
        {
            new CorpusWriter(target).Write(Path.Combine(corpus, name), session.Kept);
        }

        return report.Findings.Count;
    }

    private static int Replay(string name, string file)
    {
        using var target = FuzzTargets.Create(name)!;
        target.Reset();
        var seen = new Behaviour();
        target.Execute(File.ReadAllBytes(file), seen);
        target.Reset();
        Console.WriteLine($"{file}: every promise was kept, {seen.Signs.Count} signs");
        return 0;
    }

    private static void Print(string what, FuzzReport report) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{report.Target}: {what}{report.Executions} inputs, {report.CpuTime.TotalSeconds:0} CPU s, {report.Signs} signs, {report.Kept} kept, at most {report.MostAllocated >> 10} KiB and {report.MostCpu.TotalMilliseconds:0} ms for one, {report.Findings.Count} kinds of findings"));

    private static void Save(string folder, Finding finding)
    {
        Directory.CreateDirectory(folder);
        var name = $"{finding.Target}-{Convert.ToHexString(SHA256.HashData(finding.Input))[..12].ToLowerInvariant()}";
        File.WriteAllBytes(Path.Combine(folder, name + ".bin"), finding.Input);
        File.WriteAllText(Path.Combine(folder, name + ".txt"), $"{finding.Key}\n{finding.Description}\n");
        Console.WriteLine($"{finding.Target}: FOUND {finding.Key} ({finding.Input.Length} bytes, {name}.bin)\n  {finding.Description.Split('\n')[0]}");
    }

    private static bool TryNumber(Dictionary<string, string> options, string name, long otherwise, out long value)
    {
        value = otherwise;
        return !options.TryGetValue(name, out var text) || long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
    }
}
