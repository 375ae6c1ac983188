using System.Text.RegularExpressions;
using Xunit;

namespace Samsa.UnitTests.Architecture;

/// <summary>What the pages of the project promise about its files.</summary>
public sealed partial class DocumentationTests
{
    /// <summary>The first folders of paths that a page may name as code.</summary>
    private static readonly string[] Folders = ["src/", "test/", "schemas/", "docs/", "bench/", "samples/", "config/", "bin/", ".ci/"];

    public static TheoryData<string> Pages =>
        [.. Directory.GetFiles(Repository.Root, "*.md").Select(f => Path.GetFileName(f)).Concat(Repository.Files("docs", ".md"))
            .Concat(Repository.Files("schemas", ".md")).Concat(Repository.Files("bench", ".md")).Concat(Repository.Files("test", ".md"))];

    [Theory]
    [MemberData(nameof(Pages))]
    public void Links_lead_to_files_that_exist(string page)
    {
        string folder = Path.GetDirectoryName(Repository.PathOf(page))!;
        var targets = Link().Matches(File.ReadAllText(Repository.PathOf(page)))
            .Select(m => m.Groups[1].Value.Split('#')[0])
            .Where(t => t.Length > 0 && !t.Contains("://", StringComparison.Ordinal) && !t.StartsWith("mailto:", StringComparison.Ordinal));

        Assert.All(targets, target => Assert.True(Path.Exists(Path.Combine(folder, target)), $"{page} links to {target}, which is not there"));
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void Paths_named_as_code_exist(string page)
    {
        var paths = CodeSpan().Matches(File.ReadAllText(Repository.PathOf(page)))
            .Select(m => m.Groups[1].Value)
            .Where(p => Folders.Any(f => p.StartsWith(f, StringComparison.Ordinal)) && p.IndexOfAny([' ', '*', '<', '{', '…']) < 0);

        Assert.All(paths, path => Assert.True(Path.Exists(Repository.PathOf(path)), $"{page} names {path}, which is not there"));
    }

    [Fact]
    public void Decisions_have_numbers_of_their_own()
    {
        var names = Repository.Files("docs/decisions", ".md").Select(f => Path.GetFileName(f)).ToList();

        Assert.NotEmpty(names);
        Assert.All(names, name => Assert.Matches(@"^\d{4}-[a-z0-9-]+\.md$", name));
        Assert.Empty(names.GroupBy(n => n[..4]).Where(g => g.Count() > 1).SelectMany(g => g));
    }

    [Fact]
    public void Changelog_has_a_place_for_the_next_change() =>
        Assert.Contains("## [Unreleased]", File.ReadAllText(Repository.PathOf("CHANGELOG.md")), StringComparison.Ordinal);

    [Fact]
    public void Every_room_of_the_broker_is_in_the_architecture_page()
    {
        string page = File.ReadAllText(Repository.PathOf("ARCHITECTURE.md"));

        Assert.All(
            Directory.GetDirectories(Repository.PathOf("src/Samsa.Broker")).Select(d => Path.GetFileName(d)).Except(["bin", "obj"]),
            room => Assert.Contains($"{room}/", page, StringComparison.Ordinal));
    }

    [GeneratedRegex(@"\[[^\]]*\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"`([^`\n]+)`")]
    private static partial Regex CodeSpan();
}
