namespace Samsa.Storage.Segments;

/// <summary>Where the files of one segment are. Paths are put together when needed: a broker may hold very many segments.</summary>
internal sealed class SegmentLocation(string directory, long baseOffset)
{
    internal long BaseOffset => baseOffset;

    internal string Directory => directory;

    /// <summary>The path of the file with <paramref name="suffix"/> (see <see cref="LogFileNames"/>).</summary>
    internal string PathOf(string suffix) => LogFileNames.Path(directory, baseOffset, suffix);
}
