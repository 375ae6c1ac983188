using Samsa.UnitTests.ZooKeeper.Sessions;
using Samsa.ZooKeeper;
using Samsa.ZooKeeper.Recipes;
using Samsa.ZooKeeper.Records;
using Xunit;

namespace Samsa.UnitTests.ZooKeeper.Recipes;

/// <summary>An election during which the office goes to somebody else, between two answers.</summary>
public sealed class ElectionRaceTests
{
    private readonly ScriptedServer _server = new();

    [Fact]
    public async Task Epoch_that_belongs_to_somebody_elses_office_elects_nobody()
    {
        await using var client = _server.Client();
        var connection = await _server.AcceptAsync(1);
        var election = new ControllerElection(client, "/c", "/e").TryElectAsync("me"u8.ToArray());

        await AnswerAsync("/c", new Stat { EphemeralOwner = 1, Czxid = 5 }, "me");
        await AnswerAsync("/e", new Stat { Version = 8 }, "8");

        // Meanwhile the session was over, and the next controller made both nodes anew.
        await AnswerAsync("/c", new Stat { EphemeralOwner = 2, Czxid = 9 }, "other");
        await AnswerAsync("/c", new Stat { EphemeralOwner = 2, Czxid = 9 }, "other");

        var result = await election;
        Assert.False(result.IsElected);
        connection.Close();

        async Task AnswerAsync(string path, Stat stat, string data)
        {
            var (xid, request) = await connection.ReadAsync<GetDataRequest>(OpCode.GetData);
            Assert.Equal(path, request.Path);
            await connection.AnswerAsync(xid, body: new GetDataResponse { Data = LocalServer.Bytes(data), Stat = stat });
        }
    }
}
