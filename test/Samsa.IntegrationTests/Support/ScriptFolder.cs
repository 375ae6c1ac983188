namespace Samsa.IntegrationTests.Support;

/// <summary>The repository's <c>bin</c> as it is, beside a launcher that runs the program which was built with the tests.</summary>
internal static class ScriptFolder
{
    /// <summary>The repository's root.</summary>
    public static string Repository { get; } = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", "..", ".."));

    /// <summary>Makes <c>bin</c> and <c>samsa</c> in a folder; for Unix only.</summary>
    public static async Task MakeAsync(DirectoryInfo folder)
    {
        string bin = folder.CreateSubdirectory("bin").FullName;
        foreach (string file in Directory.EnumerateFiles(Path.Combine(Repository, "bin")))
        {
            if (Path.GetFileName(file) == "samsa-tool")
                File.Copy(file, Path.Combine(bin, "samsa-tool"));
            else
                File.CreateSymbolicLink(Path.Combine(bin, Path.GetFileName(file)), "samsa-tool");
        }

        string launcher = Path.Combine(folder.FullName, "samsa");
        await File.WriteAllTextAsync(launcher, $"#!/bin/sh\nexec dotnet '{SamsaProgram.AssemblyPath}' \"$@\"\n");
#pragma warning disable CA1416 // the caller is on Unix
        File.SetUnixFileMode(launcher, UnixFileMode.UserRead | UnixFileMode.UserExecute);
#pragma warning restore CA1416
    }
}
