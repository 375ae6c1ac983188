namespace Samsa.ZooKeeper.Operations;

/// <summary>Turns paths of the client into paths of the server, and back.</summary>
/// <param name="Prefix">The client's root, without a slash at its end; empty for none.</param>
internal readonly record struct Chroot(string Prefix)
{
    internal string ToServer(string path) => Prefix.Length == 0 ? path : path.Length == 1 ? Prefix : Prefix + path;

    /// <summary>The path as the client knows it; as it is where it is not below the client's root.</summary>
    internal string ToClient(string path)
    {
        if (Prefix.Length == 0 || !path.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return path;
        }

        return path.Length == Prefix.Length ? "/" : path[Prefix.Length] == '/' ? path[Prefix.Length..] : path;
    }
}
