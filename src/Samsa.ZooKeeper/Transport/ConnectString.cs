using System.Globalization;

namespace Samsa.ZooKeeper.Transport;

/// <summary>
/// What <c>zookeeper.connect</c> and <c>-server</c> take: <c>host:port,host:port/chroot</c>. The port is 2181 unless written. Immutable.
/// </summary>
/// <param name="Servers">The servers, as written.</param>
/// <param name="Chroot">The node that is the client's root, without a slash at its end; empty for none.</param>
public sealed record ConnectString(IReadOnlyList<ServerAddress> Servers, string Chroot)
{
    private const int DefaultPort = 2181;

    /// <summary>Reads a connect string.</summary>
    /// <exception cref="FormatException">It names no server, a port that is none, or a chroot that is not a path.</exception>
    public static ConnectString Parse(string text)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var chroot = slash < 0 ? "" : text[slash..];
        if (chroot.Length > 1 && (chroot.EndsWith('/') || chroot.Contains("//", StringComparison.Ordinal)))
        {
            throw new FormatException($"The chroot {chroot} of \"{text}\" is not the path of a node.");
        }

        var servers = new List<ServerAddress>();
        foreach (var part in (slash < 0 ? text : text[..slash]).Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            servers.Add(ParseServer(part));
        }

        return servers.Count > 0
            ? new ConnectString(servers, chroot.Length == 1 ? "" : chroot)
            : throw new FormatException($"\"{text}\" names no server.");
    }

    private static ServerAddress ParseServer(string text)
    {
        var bracket = text.LastIndexOf(']');
        var colon = text.LastIndexOf(':');
        var hasPort = colon > bracket && (bracket > 0 || text.IndexOf(':', StringComparison.Ordinal) == colon);
        var host = (hasPort ? text[..colon] : text).Trim('[', ']');
        var port = DefaultPort;
        if (host.Length == 0
            || (hasPort && !int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out port))
            || port > ushort.MaxValue)
        {
            throw new FormatException($"\"{text}\" is not host:port.");
        }

        return new ServerAddress(host, port);
    }
}
