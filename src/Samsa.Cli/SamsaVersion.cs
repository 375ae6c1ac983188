using System.Reflection;

namespace Samsa.Cli;

/// <summary>The version of this program.</summary>
internal static class SamsaVersion
{
    /// <summary>The version as people write it, without the commit.</summary>
    public static string Text { get; } =
        (typeof(SamsaVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0").Split('+')[0];
}
