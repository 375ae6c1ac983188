namespace Samsa.InteropTests.Differential;

/// <summary>One call of one of Apache Kafka's tools, as a user types it.</summary>
/// <param name="Name">Names the call in failures and in <see cref="ToolDifferences"/>.</param>
/// <param name="Tool">The tool, which is told the address of the broker unless $SERVER is among its arguments or it reads files.</param>
/// <param name="Arguments">What follows; $SERVER, $DIR and $FILE stand for the broker's address, its log directory and a file with <see cref="File"/>.</param>
internal sealed record ToolCall(string Name, string Tool, params string[] Arguments)
{
    /// <summary>What the tool reads from its standard input, null for nothing.</summary>
    public string? Input { get; init; }

    /// <summary>The content of the file that the arguments name as $FILE.</summary>
    public string? File { get; init; }

    /// <summary>The only version that has this tool or option, null for both.</summary>
    public string? Only { get; init; }

    /// <summary>Only with SAMSA_INTEROP_ALL_TOOLS=1; the calls after it do not need it.</summary>
    public bool More { get; init; }

    /// <summary>The same, but only for 3.9.</summary>
    public bool MoreIn39 { get; init; }

    /// <summary>The tool must end with another code than 0.</summary>
    public bool Fails { get; init; }

    /// <summary>The tool of 3.9 must, the one of 4.3 must not.</summary>
    public bool FailsIn39 { get; init; }

    /// <summary>The tool prints in an order that changes from one start of Java to the next.</summary>
    public bool AnyOrder { get; init; }

    /// <summary>
    /// What the tool says at Samsa, which does not serve the request yet; nothing to compare. docs/conformance.md has the sentence in its row.
    /// </summary>
    public string? Refused { get; init; }

    /// <summary>True when it changes nothing; Apache Kafka may show the change of the call before it a moment later.</summary>
    public bool OnlyReads => Input is null && File is null && (Tool is "kafka-get-offsets" or "kafka-log-dirs" or "kafka-dump-log"
        || Arguments.Contains("--describe") || Arguments.Contains("--list"));

    // Their own limits, of 1.5 and 5 seconds for each request, are short on a busy machine.
    private string[] Patient => Tool switch
    {
        "kafka-console-producer" => ["--request-timeout-ms", "60000"],
        "kafka-consumer-groups" => ["--timeout", "120000"],
        _ => [],
    };

    /// <summary>The arguments for one of the two brokers.</summary>
    public IEnumerable<string> ArgumentsFor(Side side, string file)
    {
        var told = Tool is "kafka-dump-log" || Arguments.Any(one => one.Contains("$SERVER", StringComparison.Ordinal));
        return (told ? [] : new[] { "--bootstrap-server", side.Server }).Concat(Arguments.Select(one => one
            .Replace("$SERVER", side.Server, StringComparison.Ordinal)
            .Replace("$DIR", side.Directory, StringComparison.Ordinal)
            .Replace("$FILE", file, StringComparison.Ordinal))).Concat(Patient);
    }
}
