using System.Globalization;
using System.Text;

namespace Samsa.Broker.Metadata.Znodes;

/// <summary>One change of one node, or a condition on it. <paramref name="Version"/> -1 stands for any.</summary>
internal readonly record struct ZnodeOperation(ZnodeOperationKind Kind, string Path, byte[]? Data, int Version)
{
    public static ZnodeOperation Check(string path, int version) => new(ZnodeOperationKind.Check, path, null, version);

    public static ZnodeOperation Create(string path, byte[]? data = null) => new(ZnodeOperationKind.Create, path, data, -1);

    public static ZnodeOperation CreateEphemeral(string path, byte[]? data = null) => new(ZnodeOperationKind.CreateEphemeral, path, data, -1);

    public static ZnodeOperation CreateSequential(string path, byte[]? data) => new(ZnodeOperationKind.CreateSequential, path, data, -1);

    public static ZnodeOperation Set(string path, byte[] data, int version = -1) => new(ZnodeOperationKind.Set, path, data, version);

    public static ZnodeOperation Delete(string path, int version = -1) => new(ZnodeOperationKind.Delete, path, null, version);

    /// <summary>As in a log of transactions: <c>set /path = data</c>.</summary>
    public override string ToString()
    {
        var data = Data == null ? "null" : Encoding.UTF8.GetString(Data);
        return Kind switch
        {
            ZnodeOperationKind.Check => string.Create(CultureInfo.InvariantCulture, $"check {Path} v{Version}"),
            ZnodeOperationKind.Set => $"set {Path} = {data}",
            ZnodeOperationKind.Delete => $"delete {Path}",
            ZnodeOperationKind.CreateEphemeral => $"create {Path} EPH = {data}",
            _ => $"create {Path} = {data}",
        };
    }
}
