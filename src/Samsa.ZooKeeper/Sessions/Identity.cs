namespace Samsa.ZooKeeper.Sessions;

/// <summary>Something that the client says about itself on every connection. Belongs to the session.</summary>
internal sealed class Identity(string scheme, ReadOnlyMemory<byte> proof)
{
    private readonly TaskCompletionSource<KeeperError> _answered = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal string Scheme => scheme;

    internal ReadOnlyMemory<byte> Proof => proof;

    /// <summary>What the first server said that answered.</summary>
    internal Task<KeeperError> Answered => _answered.Task;

    internal void Answer(KeeperError error) => _answered.TrySetResult(error);
}
