namespace Samsa.ZooKeeper.Watches;

/// <summary>Something that was read, and the first change after it.</summary>
/// <param name="Value">What was read.</param>
/// <param name="Changed">
/// Ends with the first change, also one that happened while the connection was lost; or with the end of the session
/// (<see cref="WatchedEvent.IsLast"/>). Never fails.
/// </param>
public readonly record struct Watched<T>(T Value, Task<WatchedEvent> Changed);
