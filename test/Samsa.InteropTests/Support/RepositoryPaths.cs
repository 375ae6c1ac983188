namespace Samsa.InteropTests.Support;

/// <summary>Where things are, found from the place of the test assembly; nothing depends on the working directory.</summary>
internal static class RepositoryPaths
{
    public static string Root { get; } = FindRoot();

    public static string Clients { get; } = Path.Combine(Root, "test", "Samsa.InteropTests", "Clients");

    /// <summary>Apache Kafka's own jars with a start script; SAMSA_INTEROP_PEERS names another place.</summary>
    public static string Peers { get; } =
        Environment.GetEnvironmentVariable("SAMSA_INTEROP_PEERS") ?? Path.Combine(Root, "..", "shared", "peers");

    /// <summary>Where the npm packages are; SAMSA_INTEROP_NODE_MODULES names another place.</summary>
    public static string NodeModules { get; } =
        Environment.GetEnvironmentVariable("SAMSA_INTEROP_NODE_MODULES")
        ?? Path.Combine(Root, "artifacts", "interop", "node_modules");

    /// <summary>The built program `samsa`, of the same configuration as this test assembly.</summary>
    public static string SamsaAssembly { get; } = Path.Combine(
        Root, "artifacts", "bin", "Samsa.Cli", new DirectoryInfo(AppContext.BaseDirectory).Name, "samsa.dll");

    /// <summary>The built program of which each process is one member of a group.</summary>
    public static string MemberAssembly { get; } = Path.Combine(
        Root, "artifacts", "bin", "Samsa.InteropMember", new DirectoryInfo(AppContext.BaseDirectory).Name, "Samsa.InteropMember.dll");

    /// <summary>`samsa` as one native file, where it was published; SAMSA_NATIVE names another place.</summary>
    public static string NativeFile { get; } =
        Environment.GetEnvironmentVariable("SAMSA_NATIVE") ?? Path.Combine(Root, "artifacts", "native", "samsa");

    private static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Samsa.slnx")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException("Samsa.slnx is in no folder above " + AppContext.BaseDirectory + ".");
    }
}
