namespace Samsa.Fuzz;

/// <summary>Where in the repository things are. Inputs come from its schemas and test data.</summary>
public static class RepositoryPaths
{
    /// <summary>The folder that holds Samsa.slnx.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Files and frames of real brokers and clients.</summary>
    public static string TestData => Path.Combine(Root, "test", "Samsa.UnitTests", "TestData");

    /// <summary>Frames that real clients and brokers sent.</summary>
    public static string GoldenFrames => Path.Combine(Root, "test", "Samsa.UnitTests", "Protocol", "Golden");

    /// <summary>Kept inputs, a folder for each target.</summary>
    public static string Corpus => Path.Combine(Root, "test", "Samsa.Fuzz", "Corpus");

    private static string FindRoot()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "Samsa.slnx")))
        {
            directory = directory.Parent;
        }

        return directory?.FullName ?? throw new InvalidOperationException($"No Samsa.slnx above {AppContext.BaseDirectory}.");
    }
}
