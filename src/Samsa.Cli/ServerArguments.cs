using Samsa.Broker.Configuration;
using Samsa.Server.Logging;

namespace Samsa.Cli;

/// <summary>What the command line of <c>samsa server</c> says.</summary>
internal sealed record ServerArguments
{
    private static readonly string[] Options = ["--override", "--log-level", "--help"];

    /// <summary>The properties file; null for the embedded defaults.</summary>
    public string? File { get; init; }

    /// <summary>Assignments <c>key=value</c> that win over the file, in their order.</summary>
    public required IReadOnlyList<string> Overrides { get; init; }

    /// <summary>Which messages are shown.</summary>
    public required LogLevels LogLevels { get; init; }

    /// <summary>Reads the arguments.</summary>
    /// <param name="arguments">What follows <c>samsa server</c>.</param>
    /// <param name="logLevel">The level where the arguments name none; null for the default.</param>
    /// <exception cref="UsageException">They cannot be understood.</exception>
    public static ServerArguments Parse(ReadOnlySpan<string> arguments, string? logLevel)
    {
        string? file = null;
        var overrides = new List<string>();
        for (int i = 0; i < arguments.Length; i++)
        {
            string argument = arguments[i];
            string name = argument;
            string? value = null;
            if (argument.StartsWith("--", StringComparison.Ordinal) && argument.IndexOf('=', StringComparison.Ordinal) is var equals and > 0)
                (name, value) = (argument[..equals], argument[(equals + 1)..]);
            switch (name)
            {
                case "--override":
                    overrides.Add(value ?? Next(arguments, ref i, "KEY=VALUE"));
                    break;
                case "--log-level":
                    logLevel = value ?? Next(arguments, ref i, "LEVEL");
                    break;
                case ['-', ..]:
                    throw new UsageException($"unknown option '{name}'{CommandLine.Guess(name, Options)}");
                default:
                    file = file is null ? argument : throw new UsageException($"one properties file is enough: '{file}' or '{argument}'?");
                    break;
            }
        }

        if (!LogLevels.TryParse(logLevel ?? "", out LogLevels? levels, out string? wrong))
            throw new UsageException($"'{wrong}' is not a log level; there are {LogLevels.Names}");
        return new ServerArguments { File = file, Overrides = overrides, LogLevels = levels };
    }

    /// <summary>Reads the file, or takes the embedded defaults, and applies the overrides.</summary>
    /// <exception cref="ConfigException">An assignment or a line of the file cannot be understood.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public async Task<Dictionary<string, string>> ReadPropertiesAsync()
    {
        var properties = File is null
            ? new Dictionary<string, string>(BrokerConfig.EmbeddedDefaults, StringComparer.Ordinal)
            : PropertiesFile.Parse(await System.IO.File.ReadAllTextAsync(File));
        foreach (string assignment in Overrides)
            PropertiesFile.ApplyOverride(properties, assignment);
        return properties;
    }

    private static string Next(ReadOnlySpan<string> arguments, ref int index, string what) =>
        index + 1 < arguments.Length
            ? arguments[++index]
            : throw new UsageException($"{arguments[index]} needs {what}");
}
