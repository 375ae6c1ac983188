namespace Samsa.Fuzz.Engine;

/// <summary>The code under test broke a promise. <see cref="Rule"/> names the promise, the message says how.</summary>
public sealed class FindingException(string rule, string message, Exception? cause = null) : Exception(message, cause)
{
    /// <summary>A short name; findings with one name count as the same.</summary>
    public string Rule { get; } = rule;
}
