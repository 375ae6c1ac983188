namespace Samsa.ZooKeeper.Watches;

/// <summary>Waits for the first change of a node, or for the end of the session.</summary>
internal sealed class OneEvent : INodeWatcher
{
    private readonly TaskCompletionSource<WatchedEvent> _change = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal Task<WatchedEvent> Task => _change.Task;

    /// <inheritdoc/>
    public void OnEvent(WatchedEvent change)
    {
        if (change.Type != WatchEventType.None || change.IsLast)
        {
            _change.TrySetResult(change);
        }
    }
}
