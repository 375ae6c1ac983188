namespace Samsa.Storage.Segments;

/// <summary>Where the files of one segment are. Paths are put together when needed: a broker may hold very many segments.</summary>
/// <param name="directory">The directory of the partition.</param>
/// <param name="baseOffset">The base offset of the segment.</param>
/// <param name="state">What all names end with while the segment is not part of the log, such as <c>.cleaned</c>.</param>
internal sealed class SegmentLocation(string directory, long baseOffset, string state = "")
{
    internal long BaseOffset => baseOffset;

    internal string Directory => directory;

    /// <summary>The path of the file with <paramref name="suffix"/> (see <see cref="LogFileNames"/>).</summary>
    internal string PathOf(string suffix) => LogFileNames.Path(directory, baseOffset, suffix + state);
}
