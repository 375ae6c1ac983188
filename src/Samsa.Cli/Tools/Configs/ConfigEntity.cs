namespace Samsa.Cli.Tools.Configs;

/// <summary>What has a configuration, in the words of <c>kafka-configs</c>.</summary>
/// <param name="Type">The plural, as <c>--entity-type</c> has it: <c>topics</c>.</param>
/// <param name="Name">Its name; "" for what holds for all of the type, null for every one of them.</param>
internal readonly record struct ConfigEntity(string Type, string? Name)
{
    /// <summary>One of the type: <c>topic</c>.</summary>
    public string Singular => Type[..^1];
}
