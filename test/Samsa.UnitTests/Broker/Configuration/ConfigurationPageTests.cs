using System.Text;
using Samsa.Broker.Configuration;
using Samsa.UnitTests.Architecture;
using Xunit;

namespace Samsa.UnitTests.Broker.Configuration;

/// <summary>docs/configuration.md is the table in prose. With SAMSA_WRITE_DOCS=1 the test writes the page instead of comparing it.</summary>
public sealed class ConfigurationPageTests
{
    private const string Page = "docs/configuration.md";

    [Fact]
    public void The_page_says_what_the_table_says()
    {
        var expected = Render();
        if (Environment.GetEnvironmentVariable("SAMSA_WRITE_DOCS") == "1")
        {
            File.WriteAllText(Repository.PathOf(Page), expected);
        }

        Assert.Equal(expected, File.ReadAllText(Repository.PathOf(Page)));
    }

    private static string Render()
    {
        var page = new StringBuilder();
        page.Append("""
            # Configuration

            Samsa reads Kafka's `server.properties` and takes every key as `--override key=value` on the command line, which wins. Without a
            file it listens on 127.0.0.1:9092 and keeps its data under `./data`. Defaults are those of Apache Kafka 4.3, or of 3.9 for keys
            that 4.3 no longer has; keys of both are accepted. An unknown key is a warning that names the nearest known one; a wrong value
            stops the broker with an error that says what is allowed.

            Modes: *read-only* needs a restart; *cluster-wide* changes at run time for one broker or for all; *per-broker* for one broker at a
            time; topic and group keys always change at run time (`kafka-configs --alter`). A value is searched in this order: set for the
            topic or group, set at run time for the broker, set at run time for all brokers, the file, the default.

            Departures from Kafka's rules: `segment.bytes` may be as small as 14 bytes as in 3.9 (4.3 wants 1 MiB), only PLAINTEXT listeners
            can be served, and `remote.storage.enable=true` is refused.

            This page is made from `schemas/config/`: run the unit tests with `SAMSA_WRITE_DOCS=1` after changing the table.

            """);
        Section(page, "Broker keys with effect", ConfigKeys.Broker.Where(key => key.HasEffect));
        Section(page, "Topic keys with effect", ConfigKeys.Topic.Where(key => key.HasEffect));
        Section(page, "Group keys with effect", ConfigKeys.Group.Where(key => key.HasEffect));
        page.Append("""

            ## Known, without effect yet

            These are accepted, checked and reported by DescribeConfigs, and change nothing.

            """);
        Names(page, "Broker", ConfigKeys.Broker);
        Names(page, "Topic", ConfigKeys.Topic);
        Names(page, "Group", ConfigKeys.Group);
        page.Append('\n');
        foreach (var key in ConfigKeys.Broker.Where(key => !key.HasEffect && key.Documentation?.StartsWith("Why not: ", StringComparison.Ordinal) == true))
            page.Append("- `").Append(key.Name).Append("`. ").Append(key.Documentation).Append('\n');
        return page.ToString();
    }

    private static void Section(StringBuilder page, string title, IEnumerable<ConfigKey> keys)
    {
        page.Append("\n## ").Append(title).Append("\n\n| key | type | default | valid | mode | what it does |\n|---|---|---|---|---|---|\n");
        foreach (var key in keys)
        {
            var value = key.DefaultValue switch { null => "none", "" => "empty", var text => $"`{text}`" };
            page.Append("| `").Append(key.Name).Append("` | ").Append(Name(key.Type)).Append(" | ").Append(value)
                .Append(" | ").Append(key.Validator?.Description ?? "").Append(" | ").Append(Name(key.UpdateMode))
                .Append(" | ").Append(key.Documentation).Append(" |\n");
        }
    }

    private static void Names(StringBuilder page, string title, IEnumerable<ConfigKey> keys) =>
        page.Append("\n**").Append(title).Append("**: ").AppendJoin(", ", keys.Where(key => !key.HasEffect).Select(key => $"`{key.Name}`")).Append('\n');

    private static string Name(ConfigType type) => type.ToString().ToLowerInvariant();

    private static string Name(ConfigUpdateMode mode) => mode switch
    {
        ConfigUpdateMode.ReadOnly => "read-only",
        ConfigUpdateMode.PerBroker => "per-broker",
        ConfigUpdateMode.ClusterWide => "cluster-wide",
        _ => "dynamic",
    };
}
