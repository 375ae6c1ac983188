using System.Threading.Channels;

namespace Samsa.ZooKeeper.Watches;

/// <summary>
/// The events of a watch as a stream. An event is in the stream before an answer that shows its change is given. It ends after an
/// event that <see cref="WatchedEvent.IsLast"/>. What changed while there was no connection is not told to a persistent watch:
/// whoever hears of <see cref="KeeperState.SyncConnected"/> reads anew.
/// One reader; any thread writes and disposes, which ends the watch.
/// </summary>
public sealed class WatchStream : INodeWatcher, IAsyncEnumerable<WatchedEvent>, IAsyncDisposable
{
    private readonly Channel<WatchedEvent> _events = Channel.CreateUnbounded<WatchedEvent>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Func<WatchStream, ValueTask> _remove;
    private readonly bool _endsWithSession;

    internal WatchStream(Func<WatchStream, ValueTask> remove, bool endsWithSession = true) =>
        (_remove, _endsWithSession) = (remove, endsWithSession);

    /// <summary>The events from now on.</summary>
    public IAsyncEnumerator<WatchedEvent> GetAsyncEnumerator(CancellationToken cancellationToken = default) =>
        _events.Reader.ReadAllAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);

    /// <summary>The next event.</summary>
    /// <exception cref="ChannelClosedException">The stream has ended.</exception>
    public ValueTask<WatchedEvent> ReadAsync(CancellationToken cancellationToken = default) => _events.Reader.ReadAsync(cancellationToken);

    /// <summary>Takes an event that is there already.</summary>
    public bool TryRead(out WatchedEvent change) => _events.Reader.TryRead(out change);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_events.Writer.TryComplete())
        {
            await _remove(this).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    void INodeWatcher.OnEvent(WatchedEvent change)
    {
        _events.Writer.TryWrite(change);
        if (change.IsLast && (_endsWithSession || change.State != KeeperState.Expired))
        {
            _events.Writer.TryComplete();
        }
    }
}
