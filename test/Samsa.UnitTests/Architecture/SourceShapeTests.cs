using System.Text.RegularExpressions;
using Xunit;

namespace Samsa.UnitTests.Architecture;

/// <summary>The shape of a source file: where it is, how long it is, what it declares.</summary>
public sealed partial class SourceShapeTests
{
    private const int WantedLines = 400;
    private const int MostLines = 800;

    /// <summary>Files that are longer than wanted, each with the reason why a split would not make them clearer.</summary>
    private static readonly Dictionary<string, string> LongFiles = new()
    {
        ["src/Samsa.Storage/Segments/LogSegment.cs"] = "a segment and its three indexes change together",
        ["test/Samsa.UnitTests/Storage/Files/MemoryFileSystem.cs"] = "one file system in memory, faults included",
    };

    /// <summary>Files whose types, name or namespace are not as everywhere else, each with the reason.</summary>
    private static readonly Dictionary<string, string> OddFiles = new()
    {
        ["src/Samsa.Generators/Polyfills.cs"] = "what the compiler looks for by name in netstandard2.0",
    };

    public static TheoryData<string> Projects =>
        [.. Repository.Files("src", ".csproj").Concat(Repository.Files("test", ".csproj")).Concat(Repository.Files("bench", ".csproj"))
            .Concat(Repository.Files("samples", ".csproj"))];

    [Theory]
    [MemberData(nameof(Projects))]
    public void No_file_is_too_long(string project)
    {
        Assert.All(SourcesOf(project), file =>
        {
            int lines = File.ReadLines(Repository.PathOf(file)).Count();
            Assert.True(lines <= MostLines, $"{file} has {lines} lines; split it by responsibility");
            Assert.True(
                lines <= WantedLines || LongFiles.ContainsKey(file),
                $"{file} has {lines} lines; split it by responsibility, or list it here with the reason");
        });
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void Namespace_is_the_folder(string project)
    {
        string folder = Path.GetDirectoryName(project)!.Replace('\\', '/');
        Assert.All(SourcesOf(project).Where(f => !OddFiles.ContainsKey(f)), file =>
        {
            Match declaration = Namespace().Match(File.ReadAllText(Repository.PathOf(file)));
            if (!declaration.Success)
            {
                Assert.Equal("Program.cs", Path.GetFileName(file));
                return;
            }

            string below = Path.GetDirectoryName(file)!.Replace('\\', '/')[folder.Length..].Replace('/', '.');
            Assert.Equal(Path.GetFileNameWithoutExtension(project) + below, declaration.Groups[1].Value);
        });
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void File_declares_one_type_and_is_named_after_it(string project)
    {
        Assert.All(SourcesOf(project).Where(f => !OddFiles.ContainsKey(f)), file =>
        {
            var types = TopLevelType().Matches(File.ReadAllText(Repository.PathOf(file))).Select(m => m.Groups[1].Value).ToList();
            string name = Path.GetFileNameWithoutExtension(file);

            // A type that grew too long for one file continues in Type.Aspect.cs; a generic one is in Type{T}.cs.
            string expected = name.Split('.', '{')[0];
            Assert.True(types.Count <= 1, $"{file} declares {string.Join(", ", types)}: one file each");
            Assert.True(types.Count == 0 || types[0] == expected, $"{file} declares {types.FirstOrDefault()}: name the file after it");
        });
    }

    [Fact]
    public void Exceptions_are_still_needed()
    {
        Assert.All(LongFiles.Keys.Concat(OddFiles.Keys), file => Assert.True(File.Exists(Repository.PathOf(file)), $"{file} needs no exception"));
    }

    private static IEnumerable<string> SourcesOf(string project) => Repository.Files(Path.GetDirectoryName(project)!.Replace('\\', '/'), ".cs");

    [GeneratedRegex(@"^namespace ([\w.]+)", RegexOptions.Multiline)]
    private static partial Regex Namespace();

    // Types below a file-scoped namespace start at the left margin; nested ones do not.
    [GeneratedRegex(
        @"^(?:(?:public|internal|sealed|static|abstract|readonly|ref|partial|unsafe|file) )*(?:record struct|record class|record|class|struct|interface|enum|delegate [\w<>?]+) (\w+)",
        RegexOptions.Multiline)]
    private static partial Regex TopLevelType();
}
