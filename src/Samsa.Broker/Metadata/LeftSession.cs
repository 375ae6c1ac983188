using System.Globalization;
using Samsa.Broker.Metadata.Znodes;
using Samsa.Storage;
using Samsa.Storage.Files;

namespace Samsa.Broker.Metadata;

/// <summary>
/// The file <c>samsa-zookeeper-session</c> in the first log directory: the ZooKeeper session of the broker that runs on it, so that
/// the next start can end it. A broker that was killed could otherwise not register before its session is over, by default 18 s
/// later. Whoever holds the lock of the log directory may use it. Losing it costs that wait and nothing else. A copy of the directory, made while its broker
/// runs, has the session of a broker that lives: so the file says on which host and under which path it was written, and elsewhere its session is left alone.
/// </summary>
internal sealed class LeftSession(IStorageFileSystem files, string directory, string? host = null)
{
    public const string Name = "samsa-zookeeper-session";

    private readonly string _path = Path.Combine(directory, Name);
    private readonly string _place = $"{host ?? Environment.MachineName}:{Path.GetFullPath(directory)}";

    /// <summary>
    /// The session that the last life left behind with these servers; null when there is none. <c>IsOurs</c> is false when the file was written elsewhere.
    /// </summary>
    public (long Id, byte[] Password, bool IsOurs)? Read(string servers)
    {
        try
        {
            if (!files.FileExists(_path))
            {
                return null;
            }

            return ZnodeJson.Read<(long, byte[], bool)?>(_path, files.ReadAllBytes(_path), root =>
                ZnodeJson.Text(root, "servers") != servers
                    ? null
                    : (ZnodeJson.Int64(root, "id"),
                        Convert.FromBase64String(ZnodeJson.Text(root, "password") ?? ""),
                        (ZnodeJson.Text(root, "place") ?? _place) == _place));
        }
        catch (Exception unreadable) when (unreadable is ZnodeFormatException or StorageException)
        {
            return null;
        }
    }

    /// <summary>Remembers the session of this life, also after a power cut: the node that it registers will be there as well.</summary>
    /// <exception cref="StorageException">The disk failed.</exception>
    public void Write(string servers, long id, ReadOnlyMemory<byte> password)
    {
        var content = ZnodeJson.Write(writer =>
        {
            writer.WriteString("servers", servers);
            writer.WriteString("place", _place);
            writer.WriteString("id", id.ToString(CultureInfo.InvariantCulture));
            writer.WriteString("password", Convert.ToBase64String(password.Span));
        });
        files.WriteAtomically(_path, content);
    }

    /// <summary>The session was ended.</summary>
    /// <exception cref="StorageException">The disk failed.</exception>
    public void Forget() => files.DeleteFile(_path);
}
