using Samsa.Storage.Files;

namespace Samsa.Storage.Segments;

/// <summary>
/// The files of a partition directory at one moment, listed once: opening ten thousand logs asks the disk for names once per
/// log, not once per question.
/// </summary>
internal sealed class DirectoryFiles
{
    internal static readonly DirectoryFiles None = new([]);

    private readonly List<string> _paths;

    private DirectoryFiles(IEnumerable<string> paths) => _paths = [.. paths];

    /// <summary>Full paths in ordinal order.</summary>
    internal IReadOnlyList<string> Paths => _paths;

    internal static DirectoryFiles List(IStorageFileSystem fileSystem, string directory) => new(fileSystem.ListFiles(directory));

    internal bool Contains(string path) => _paths.BinarySearch(path, StringComparer.Ordinal) >= 0;
}
