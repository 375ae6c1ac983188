using System.Xml.Linq;
using Xunit;

namespace Samsa.UnitTests.Architecture;

/// <summary>Who may know whom among the projects: a wall that the compiler keeps, as long as nobody adds a door.</summary>
public sealed class ProjectGraphTests
{
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Samsa.Generators"] = [],
        ["Samsa.Protocol"] = ["Samsa.Generators"],
        ["Samsa.Storage"] = ["Samsa.Protocol"],
        ["Samsa.ZooKeeper"] = ["Samsa.Protocol", "Samsa.Generators"],
        ["Samsa.ZooKeeper.Server"] = ["Samsa.ZooKeeper"],
        ["Samsa.Client"] = ["Samsa.Protocol"],
        ["Samsa.Broker"] = ["Samsa.Storage", "Samsa.ZooKeeper", "Samsa.Client", "Samsa.Generators"],
        ["Samsa.SchemaRegistry"] = ["Samsa.Client"],
        ["Samsa.Streams"] = ["Samsa.Client"],
        ["Samsa.Connect"] = ["Samsa.Client", "Samsa.SchemaRegistry"],
        ["Samsa.Console"] = ["Samsa.Client", "Samsa.SchemaRegistry", "Samsa.Connect"],
        ["Samsa.Server"] = ["Samsa.Broker", "Samsa.ZooKeeper.Server", "Samsa.SchemaRegistry", "Samsa.Connect", "Samsa.Console"],
        ["Samsa.Cli"] = ["Samsa.Server", "Samsa.Client", "Samsa.ZooKeeper", "Samsa.Streams"],
    };

    public static TheoryData<string> Projects => [.. Repository.Files("src", ".csproj")];

    [Theory]
    [MemberData(nameof(Projects))]
    public void Project_references_only_what_the_house_plan_allows(string project)
    {
        string name = Path.GetFileNameWithoutExtension(project);
        Assert.True(Allowed.TryGetValue(name, out string[]? allowed), $"{project} is not in the house plan: add it here and to ARCHITECTURE.md");

        var references = XDocument.Load(Repository.PathOf(project)).Descendants("ProjectReference")
            .Select(r => Path.GetFileNameWithoutExtension(r.Attribute("Include")!.Value.Replace('\\', '/')));

        Assert.Empty(references.Except(allowed));
    }

    [Fact]
    public void Protocol_uses_no_package()
    {
        var packages = XDocument.Load(Repository.PathOf("src/Samsa.Protocol/Samsa.Protocol.csproj")).Descendants("PackageReference");

        Assert.Empty(packages.Select(p => p.Attribute("Include")!.Value));
    }

    [Fact]
    public void Samples_need_the_client_only() => Assert.All(
        Repository.Files("samples", ".csproj"),
        project => Assert.Equal(
            ["Samsa.Client"],
            XDocument.Load(Repository.PathOf(project)).Descendants("ProjectReference").Select(r => Path.GetFileNameWithoutExtension(r.Attribute("Include")!.Value))));

    [Fact]
    public void Every_project_is_in_the_solution()
    {
        string solution = File.ReadAllText(Repository.PathOf("Samsa.slnx"));

        Assert.All(
            Repository.Files("src", ".csproj").Concat(Repository.Files("test", ".csproj")).Concat(Repository.Files("bench", ".csproj"))
                .Concat(Repository.Files("samples", ".csproj")),
            project => Assert.Contains($"\"{project}\"", solution, StringComparison.Ordinal));
    }
}
