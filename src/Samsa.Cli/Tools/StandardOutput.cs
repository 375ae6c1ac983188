using Microsoft.Win32.SafeHandles;

namespace Samsa.Cli.Tools;

/// <summary>
/// Standard output as Java's tools have it: when nobody reads it any more, what is written is dropped, and the tool may ask whether that
/// happened instead of being broken off by it. Owns nothing; one thread at a time. Any other failure is thrown.
/// </summary>
internal sealed class StandardOutput(Stream inner) : Stream
{
    private const int BrokenPipe = 32;

    /// <summary>True once a write found that the reader is gone.</summary>
    public bool IsClosed { get; private set; }

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>The standard output of this process.</summary>
    public static StandardOutput OfProcess()
    {
        if (OperatingSystem.IsWindows())
            return new StandardOutput(Console.OpenStandardOutput());

        // The console's own stream does not tell of a reader that is gone. A file has none, and only that stream keeps its position
        // together with whoever else writes to it.
        try
        {
            var direct = new FileStream(new SafeFileHandle(1, ownsHandle: false), FileAccess.Write, bufferSize: 0);
            return new StandardOutput(direct.CanSeek ? Console.OpenStandardOutput() : direct);
        }
        catch (Exception e) when (e is IOException or ArgumentException or UnauthorizedAccessException)
        {
            // There is no standard output.
            return new StandardOutput(Console.OpenStandardOutput());
        }
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (IsClosed)
            return;
        try
        {
            inner.Write(buffer);
        }
        catch (IOException e) when (e.HResult == BrokenPipe)
        {
            IsClosed = true;
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush() => inner.Flush();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
