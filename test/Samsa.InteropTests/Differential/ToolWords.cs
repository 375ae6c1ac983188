namespace Samsa.InteropTests.Differential;

/// <summary>Options that have other names in 3.9 than in 4.3 (KIP-1147).</summary>
internal sealed class ToolWords(string version)
{
    private readonly bool _old = version == "3.9";

    /// <summary>A property of what reads the console producer's lines.</summary>
    public string Read => _old ? "--property" : "--reader-property";

    /// <summary>A property of what prints the console consumer's records.</summary>
    public string Print => _old ? "--property" : "--formatter-property";

    /// <summary>A property of the producer.</summary>
    public string Produce => _old ? "--producer-property" : "--command-property";

    /// <summary>The properties of the performance test's producer.</summary>
    public string Perform => _old ? "--producer-props" : "--command-property";
}
