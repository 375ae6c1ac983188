namespace Samsa.ZooKeeper.Watches;

/// <summary>
/// Hears of changes. A watcher is told by the loop that reads the connection, in the order in which the server sent events and
/// answers: an event comes before every answer that shows its change. So it must be quick and must not wait; what takes longer
/// goes elsewhere (<see cref="WatchStream"/> does that).
/// </summary>
public interface INodeWatcher
{
    /// <summary>Something happened. A watcher that watches in several ways is told once.</summary>
    void OnEvent(WatchedEvent change);
}
