using Samsa.Cli.Tools.Options;

namespace Samsa.Cli.Tools;

/// <summary>Which release the tools follow where 3.9 and 4.3 print different things: <c>SAMSA_TOOLS_LIKE=3.9</c> or <c>4.3</c>.</summary>
internal static class KafkaReleases
{
    /// <summary>The environment variable that chooses.</summary>
    public const string Variable = "SAMSA_TOOLS_LIKE";

    /// <summary>Reads the value of <see cref="Variable"/>; null and "" are 3.9.</summary>
    /// <exception cref="OptionException">It is no release that our tools follow.</exception>
    public static KafkaRelease Parse(string? value) => value switch
    {
        null or "" or "3.9" => KafkaRelease.V39,
        "4.3" => KafkaRelease.V43,
        _ => throw new OptionException($"{Variable} is '{value}'; it may be 3.9 or 4.3"),
    };

    /// <summary>The version that Apache Kafka's own tool prints, for scripts that look at it.</summary>
    public static string VersionText(this KafkaRelease release) => release == KafkaRelease.V43 ? "4.3.1" : "3.9.2";
}
