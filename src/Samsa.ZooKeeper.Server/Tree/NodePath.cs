namespace Samsa.ZooKeeper.Server.Tree;

/// <summary>Paths of nodes: their parts, and what Apache ZooKeeper accepts as one.</summary>
internal static class NodePath
{
    internal const string Root = "/";
    internal const string ZooKeeper = "/zookeeper";
    internal const string Quota = "/zookeeper/quota";
    internal const string Config = "/zookeeper/config";

    /// <summary>True for the nodes that every tree has and nobody deletes.</summary>
    internal static bool IsSpecial(string path) => path is Root or ZooKeeper or Quota or Config;

    /// <summary>The parent of a path other than the root.</summary>
    internal static string ParentOf(string path)
    {
        var slash = path.LastIndexOf('/');
        return slash <= 0 ? Root : path[..slash];
    }

    internal static string NameOf(string path) => path[(path.LastIndexOf('/') + 1)..];

    /// <summary>True when the path is absolute, normalized and free of the characters that ZooKeeper refuses.</summary>
    internal static bool IsValid(string path)
    {
        if (path.Length == 0 || path[0] != '/' || (path.Length > 1 && path[^1] == '/'))
        {
            return false;
        }

        for (var i = 1; i < path.Length; i++)
        {
            var c = path[i];
            var before = path[i - 1];
            var atEnd = i + 1 == path.Length || path[i + 1] == '/';
            if (c == '/' && before == '/')
            {
                return false;
            }

            if (c == '.' && atEnd && (before == '/' || (before == '.' && path[i - 2] == '/')))
            {
                return false;
            }

            if (c <= '\u001f' || c is (>= '\u007f' and <= '\u009f') or (>= '\ud800' and <= '\uf8ff') or >= '\ufff0')
            {
                return false;
            }
        }

        return true;
    }
}
