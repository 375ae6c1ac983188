namespace Samsa.ZooKeeper;

/// <summary>What a request came to, as a value: either a result or the code of a failure.</summary>
/// <typeparam name="T">The result.</typeparam>
public readonly struct KeeperResult<T>
{
    private readonly T? _value;

    internal KeeperResult(KeeperError error, string? path, T? value) => (Error, Path, _value) = (error, path, value);

    /// <summary><see cref="KeeperError.Ok"/>, or why it failed.</summary>
    public KeeperError Error { get; }

    /// <summary>The node that the request was about, without the chroot.</summary>
    public string? Path { get; }

    /// <summary>True when it did not fail.</summary>
    public bool IsOk => Error == KeeperError.Ok;

    /// <summary>The result.</summary>
    /// <exception cref="KeeperException">It failed.</exception>
    public T Value => IsOk ? _value! : throw new KeeperException(Error, Path);

    /// <summary>The result; what stands for nothing when it failed.</summary>
    public T? ValueOrDefault => _value;
}
