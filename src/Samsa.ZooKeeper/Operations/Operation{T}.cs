using Samsa.ZooKeeper.Records;
using Samsa.ZooKeeper.Watches;

namespace Samsa.ZooKeeper.Operations;

/// <summary>An operation with a result. Immutable; may be run many times.</summary>
/// <typeparam name="T">The result.</typeparam>
public sealed class Operation<T> : Operation
{
    internal Operation(
        OpCode type,
        string? path,
        Func<Chroot, IRecord> request,
        AnswerReader<T> read,
        WatchRegistration registration = WatchRegistration.None,
        INodeWatcher? watcher = null)
        : base(type, path, request, registration, watcher) => Read = read;

    internal AnswerReader<T> Read { get; }

    /// <summary>A missing node is an answer like any other: the result is null.</summary>
    internal bool NoNodeIsNull { get; init; }
}
