using Samsa.InteropTests.Support;
using Xunit;

namespace Samsa.InteropTests.ZooKeeper;

/// <summary>What Python programs build on ZooKeeper, on our server.</summary>
public sealed class KazooRecipeTests
{
    [Fact]
    public async Task Recipes_of_kazoo_work()
    {
        using TemporaryDirectory directory = new();
        await using InProcessZooKeeper server = new(directory.FullName);

        string[] lines = await InProcessZooKeeper.RunAsync("kazoo_recipes.py", server.Address);

        Assert.Equal(
            ["ok lock", "ok election", "ok counter", "ok barrier", "ok party", "ok queue", "ok watches", "ok session", "ok pipeline"], lines);
    }
}
