namespace Samsa.UnitTests.Architecture;

/// <summary>The sources of this project, found by walking up from the tests' own folder.</summary>
internal static class Repository
{
    private static readonly string[] NotSources = ["artifacts", "bin", "obj", "node_modules", "data", "logs", ".git"];

    /// <summary>The folder of Samsa.slnx.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The path of a file or folder of the repository.</summary>
    public static string PathOf(string relative) => Path.Combine(Root, relative.Replace('/', Path.DirectorySeparatorChar));

    /// <summary>Paths of the files with an extension, relative to the root, with slashes; build output left out.</summary>
    public static IEnumerable<string> Files(string folder, string extension) =>
        Directory.Exists(PathOf(folder)) ? Walk(new DirectoryInfo(PathOf(folder)), extension).Order(StringComparer.Ordinal) : [];

    private static IEnumerable<string> Walk(DirectoryInfo folder, string extension)
    {
        foreach (FileInfo file in folder.EnumerateFiles("*" + extension))
            yield return Path.GetRelativePath(Root, file.FullName).Replace(Path.DirectorySeparatorChar, '/');
        foreach (DirectoryInfo child in folder.EnumerateDirectories())
        {
            // The folder bin/ at the root holds scripts; every other one is output.
            bool isOutput = NotSources.Contains(child.Name) && child.FullName != PathOf("bin");
            if (isOutput || child.LinkTarget is not null)
                continue;
            foreach (string file in Walk(child, extension))
                yield return file;
        }
    }

    private static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Samsa.slnx")))
                return folder.FullName;
        }

        throw new InvalidOperationException($"There is no Samsa.slnx above {AppContext.BaseDirectory}.");
    }
}
