namespace Samsa.ZooKeeper.Server.Files;

/// <summary>An open file, read and written at explicit positions. One thread at a time. Every failure is an <see cref="IOException"/>.</summary>
internal interface IDataFile : IDisposable
{
    /// <summary>The length in bytes.</summary>
    long Length { get; }

    /// <summary>Reads up to the length of <paramref name="buffer"/>; fewer bytes only at the end of the file.</summary>
    int Read(Span<byte> buffer, long position);

    /// <summary>Writes all bytes; they are durable after <see cref="Flush"/>.</summary>
    void Write(ReadOnlySpan<byte> bytes, long position);

    /// <summary>Cuts the file, or fills it up with zeros.</summary>
    void SetLength(long length);

    /// <summary>Returns when everything written, and the length, is on stable storage (fdatasync).</summary>
    void Flush();
}
