using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;

namespace Samsa.Server.Logging;

/// <summary>
/// Which messages are shown: one level, and exceptions by room, written as <c>info</c> or <c>warn,Storage=debug</c>. Immutable.
/// </summary>
public sealed class LogLevels
{
    private readonly LogLevel _default;
    private readonly Dictionary<string, LogLevel> _rooms;

    private LogLevels(LogLevel @default, Dictionary<string, LogLevel> rooms)
    {
        _default = @default;
        _rooms = rooms;
    }

    /// <summary>Information and worse from every room.</summary>
    public static LogLevels Default { get; } = new(LogLevel.Information, []);

    /// <summary>What <see cref="TryParse"/> accepts as a level.</summary>
    public static string Names => "trace, debug, info, warn, error, off";

    /// <summary>Reads <c>level[,Room=level]...</c>.</summary>
    /// <returns>False when a level is none of <see cref="Names"/>; <paramref name="wrong"/> then names it.</returns>
    public static bool TryParse(string text, [NotNullWhen(true)] out LogLevels? levels, [NotNullWhen(false)] out string? wrong)
    {
        levels = null;
        wrong = null;
        LogLevel @default = LogLevel.Information;
        var rooms = new Dictionary<string, LogLevel>(StringComparer.OrdinalIgnoreCase);
        foreach (string part in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            int equals = part.IndexOf('=', StringComparison.Ordinal);
            if (!TryParseLevel(part[(equals + 1)..], out LogLevel level))
            {
                wrong = part[(equals + 1)..];
                return false;
            }

            if (equals < 0)
                @default = level;
            else
                rooms[part[..equals].Trim()] = level;
        }

        levels = new LogLevels(@default, rooms);
        return true;
    }

    /// <summary>The lowest level that is shown of a room.</summary>
    public LogLevel Of(string room) => _rooms.GetValueOrDefault(room, _default);

    private static bool TryParseLevel(string text, out LogLevel level)
    {
        (bool known, level) = text.Trim().ToUpperInvariant() switch
        {
            "TRACE" => (true, LogLevel.Trace),
            "DEBUG" => (true, LogLevel.Debug),
            "INFO" or "INFORMATION" => (true, LogLevel.Information),
            "WARN" or "WARNING" => (true, LogLevel.Warning),
            "ERROR" => (true, LogLevel.Error),
            "OFF" or "NONE" => (true, LogLevel.None),
            _ => (false, LogLevel.None),
        };
        return known;
    }
}
