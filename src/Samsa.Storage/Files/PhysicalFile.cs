using Microsoft.Win32.SafeHandles;

namespace Samsa.Storage.Files;

/// <summary>A file of the operating system: positioned reads and writes on a handle, no buffering of our own.</summary>
internal sealed class PhysicalFile(string path, SafeFileHandle handle) : IStorageFile
{
    public string Path => path;

    public SafeFileHandle? Handle => handle;

    public long Length
    {
        get
        {
            try
            {
                return RandomAccess.GetLength(handle);
            }
            catch (Exception failure) when (DiskFailure.Is(failure))
            {
                throw DiskFailure.Wrap(path, "Cannot read the length of the file", failure);
            }
        }
    }

    public void Write(ReadOnlySpan<byte> bytes, long position)
    {
        try
        {
            RandomAccess.Write(handle, bytes, position);
        }
        catch (Exception failure) when (DiskFailure.Is(failure))
        {
            throw DiskFailure.Wrap(path, $"Cannot write {bytes.Length} bytes at position {position}", failure);
        }
    }

    public int Read(Span<byte> destination, long position)
    {
        try
        {
            var total = 0;
            while (total < destination.Length)
            {
                var read = RandomAccess.Read(handle, destination[total..], position + total);
                if (read == 0)
                {
                    break;
                }

                total += read;
            }

            return total;
        }
        catch (Exception failure) when (DiskFailure.Is(failure))
        {
            throw DiskFailure.Wrap(path, $"Cannot read {destination.Length} bytes at position {position}", failure);
        }
    }

    public void Flush()
    {
        try
        {
            RandomAccess.FlushToDisk(handle);
        }
        catch (Exception failure) when (DiskFailure.Is(failure))
        {
            throw DiskFailure.Wrap(path, "Cannot flush the file", failure);
        }
    }

    public void SetLength(long length)
    {
        try
        {
            RandomAccess.SetLength(handle, length);
        }
        catch (Exception failure) when (DiskFailure.Is(failure))
        {
            throw DiskFailure.Wrap(path, $"Cannot set the length of the file to {length}", failure);
        }
    }

    public void Dispose() => handle.Dispose();
}
