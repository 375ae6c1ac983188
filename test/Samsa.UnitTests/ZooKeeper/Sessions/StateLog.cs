using System.Threading.Channels;
using Samsa.ZooKeeper;
using Samsa.ZooKeeper.Watches;

namespace Samsa.UnitTests.ZooKeeper.Sessions;

/// <summary>The states that a client went through.</summary>
internal sealed class StateLog : INodeWatcher, IDisposable
{
    private readonly Channel<KeeperState> _states = Channel.CreateUnbounded<KeeperState>();
    private readonly ZooKeeperClient _client;

    public StateLog(ZooKeeperClient client)
    {
        _client = client;
        client.AddSessionWatcher(this);
    }

    public void OnEvent(WatchedEvent change) => _states.Writer.TryWrite(change.State);

    public async Task<List<KeeperState>> TakeAsync(int count)
    {
        var states = new List<KeeperState>();
        while (states.Count < count)
        {
            states.Add(await _states.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(120), TimeProvider.System));
        }

        return states;
    }

    public void Dispose() => _client.RemoveSessionWatcher(this);
}
