using Samsa.Cli.Tools.Arguments;
using Xunit;

namespace Samsa.UnitTests.Cli.Arguments;

/// <summary>
/// The shapes of Kafka's kafka-cluster, kafka-features and kafka-verifiable-producer with the usage lines and messages that these
/// print in 3.9.2.
/// </summary>
public sealed class ArgumentParserTests
{
    private readonly ArgumentSet _cluster = new("kafka-cluster", "What it does.");
    private readonly ArgumentSet _clusterId;
    private readonly ArgumentSet _unregister;
    private readonly Argument<string> _server;
    private readonly Argument<string> _config;
    private readonly Argument<int?> _id;

    public ArgumentParserTests()
    {
        _clusterId = _cluster.Command("cluster-id", "Prints an id.");
        _unregister = _cluster.Command("unregister", "Removes a broker.");
        AddConnection(_clusterId);
        (_server, _config) = AddConnection(_unregister);
        _id = _unregister.Integer("--id,-i", "Which broker.", required: true);
    }

    [Theory]
    [InlineData("unregister --bootstrap-server h:1 --id 7 --config f")]
    [InlineData("unregister -b h:1 -i 7 -c f")]
    [InlineData("unregister -bh:1 -i7 -cf")]
    [InlineData("unregister --bootstrap-server=h:1 --id=7 --con=f")]
    [InlineData("unregister --bootstrap-s h:1 --id 7 --conf f")]
    public void Values_follow_in_every_way_and_names_may_be_shortened(string arguments)
    {
        var parsed = ArgumentParser.Parse(_cluster, arguments.Split(' '), out _)!;

        Assert.Same(_unregister, parsed.Command);
        Assert.Equal(("h:1", 7, "f"), (parsed.Value(_server), parsed.Value(_id), parsed.Value(_config)));
    }

    [Fact]
    public void A_negative_number_is_a_value()
    {
        var tool = new ArgumentSet("t", "");
        var number = tool.Long("--throughput", "", defaultValue: 5);

        Assert.Equal(-1, ArgumentParser.Parse(tool, ["--throughput", "-1"], out _)!.Value(number));
        Assert.Equal(5, ArgumentParser.Parse(tool, [], out _)!.Value(number));
    }

    [Fact]
    public void Many_values_go_on_to_the_next_name_and_add_up()
    {
        var tool = new ArgumentSet("t", "");
        var properties = tool.Text("--producer-props", "", kind: ArgumentKind.Many);
        var verbose = tool.Flag("-v,--verbose", "");

        var parsed = ArgumentParser.Parse(tool, ["--producer-props", "a=1", "b=2", "-v", "--producer-props", "c=3"], out _)!;

        Assert.Equal(["a=1", "b=2", "c=3"], parsed.Values(properties));
        Assert.True(parsed.Has(verbose));
    }

    [Theory]
    [InlineData("-h", "kafka-cluster")]
    [InlineData("cluster-id --help", "cluster-id")]
    [InlineData("unregister --he", "unregister")]
    public void Help_needs_nothing_that_is_required(string arguments, string helpFor)
    {
        Assert.Null(ArgumentParser.Parse(_cluster, arguments.Split(' '), out var set));
        Assert.Equal(helpFor, set.Name);
    }

    [Theory]
    [InlineData("", "kafka-cluster: error: too few arguments")]
    [InlineData("nope", "kafka-cluster: error: invalid  choice:  'nope'  (choose  from 'cluster-id',\n'unregister')")]
    public void A_mistake_before_the_command_shows_the_usage_of_the_tool(string arguments, string message) =>
        Fails(arguments, "usage: kafka-cluster [-h] {cluster-id,unregister} ...\n" + message + "\n");

    [Theory]
    [InlineData("unregister --nope", "kafka-cluster: error: unrecognized arguments: '--nope'")]
    [InlineData("unregister --boot x:1 extra", "kafka-cluster: error: ambiguous  option:  --boot  could  match --bootstrap-\ncontroller, --bootstrap-server")]
    [InlineData("unregister -b x:1", "kafka-cluster: error: argument --id/-i is required")]
    [InlineData("unregister -b x:1 -C y:2 --id 1", "kafka-cluster: error: argument --bootstrap-controller/-C:  not allowed with\nargument --bootstrap-server/-b")]
    [InlineData("unregister -b x:1 --id z", "kafka-cluster: error: argument --id/-i:  could  not  convert 'z' to Integer\n(For input string: \"z\")")]
    [InlineData("unregister -b", "kafka-cluster:  error:   argument   --bootstrap-server/-b:   expected   one\nargument")]
    [InlineData("unregister -bx:1 --config", "kafka-cluster: error: argument --config/-c: expected one argument")]
    [InlineData("unregister --id 1", "kafka-cluster:  error:  one  of   the  arguments  --bootstrap-server/-b  --\nbootstrap-controller/-C is required")]
    public void A_mistake_behind_the_command_shows_its_usage(string arguments, string message) => Fails(
        arguments,
        """
        usage: kafka-cluster unregister [-h] [--config CONFIG] --id ID
                             (--bootstrap-server BOOTSTRAP_SERVER |
                             --bootstrap-controller BOOTSTRAP_CONTROLLER)

        """ + message + "\n");

    [Fact]
    public void Usage_of_a_command_names_what_its_tool_requires()
    {
        var features = new ArgumentSet("kafka-features", "");
        var group = new ArgumentGroup(IsExclusive: true, IsRequired: true);
        features.Text("--bootstrap-server", "", group: group);
        features.Text("--bootstrap-controller", "", group: group);
        features.Text("--command-config", "");
        var upgrade = features.Command("upgrade", "");
        upgrade.Text("--metadata", "");
        upgrade.Text("--feature", "", kind: ArgumentKind.Repeated);
        upgrade.Flag("--dry-run", "");

        Assert.Equal(
            """
            usage: kafka-features (--bootstrap-server BOOTSTRAP_SERVER |
                                  --bootstrap-controller BOOTSTRAP_CONTROLLER) upgrade
                                  [-h] [--metadata METADATA] [--feature FEATURE]
                                  [--dry-run]

            """,
            ArgumentHelp.Usage(upgrade));
    }

    [Fact]
    public void Usage_is_filled_up_to_75_columns()
    {
        var producer = new ArgumentSet("verifiable-producer", "");
        var connection = new ArgumentGroup(IsExclusive: true, IsRequired: true, "Connection Group", "How to connect.");
        producer.Text("--topic", "", required: true);
        producer.Integer("--max-messages", "", "MAX-MESSAGES");
        producer.Long("--throughput", "");
        producer.Integer("--acks", "", choices: ["0", "1", "-1"]);
        producer.Text("--bootstrap-server", "", "HOST1:PORT1[,HOST2:PORT2[...]]", group: connection);
        producer.Text("--broker-list", "", "HOST1:PORT1[,HOST2:PORT2[...]]", group: connection);

        Assert.Equal(
            """
            usage: verifiable-producer [-h] --topic TOPIC [--max-messages MAX-MESSAGES]
                                       [--throughput THROUGHPUT] [--acks ACKS]
                                       (--bootstrap-server HOST1:PORT1[,HOST2:PORT2[...]]
                                       | --broker-list HOST1:PORT1[,HOST2:PORT2[...]])

            """,
            ArgumentHelp.Usage(producer));
        var mistake = Assert.Throws<ArgumentMistake>(() => ArgumentParser.Parse(producer, ["--topic", "t", "--acks", "5"], out _));
        Assert.EndsWith(
            "verifiable-producer: error: argument  --acks:  invalid  choice: '5' (choose\nfrom {0,1,-1})\n",
            ArgumentHelp.Mistake(mistake),
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_page_of_help_has_its_texts_from_column_25_on_with_full_lines()
    {
        var tool = new ArgumentSet("a-tool", "One two three.") { ShowsDefaults = true };
        tool.Text("--file,-f", "A file whose name is given here in so many words that it takes two lines.", "PATH", "none");
        tool.Text("--x", "Short.", group: new ArgumentGroup(IsExclusive: true, IsRequired: false, "Group", "About it."));

        Assert.Equal(
            """
            usage: a-tool [-h] [--file PATH] [--x X]

            One two three.

            optional arguments:
              -h, --help             show this help message and exit
              --file PATH, -f PATH   A file whose name is  given  here in so many words
                                     that it takes two lines. (default: none)

            Group:
              About it.

              --x X                  Short.

            """,
            ArgumentHelp.Page(tool));
    }

    private static (Argument<string> Server, Argument<string> Config) AddConnection(ArgumentSet set)
    {
        var group = new ArgumentGroup(IsExclusive: true, IsRequired: true);
        var server = set.Text("--bootstrap-server,-b", "Brokers.", group: group);
        set.Text("--bootstrap-controller,-C", "Controllers.", group: group);
        return (server, set.Text("--config,-c", "A file."));
    }

    private void Fails(string arguments, string expected)
    {
        var mistake = Assert.Throws<ArgumentMistake>(
            () => ArgumentParser.Parse(_cluster, arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries), out _));

        Assert.Equal(expected, ArgumentHelp.Mistake(mistake));
    }
}
