using Samsa.Fuzz.Engine;

namespace Samsa.Fuzz.Files;

/// <summary>The bytes of a file in memory; copies share them until one is written. Any thread may enter.</summary>
internal sealed class RamFile
{
    private readonly Lock _lock = new();
    private byte[] _data = [];
    private int _length;
    private bool _shared;

    public long Length
    {
        get
        {
            lock (_lock)
            {
                return _length;
            }
        }
    }

    public RamFile Copy()
    {
        lock (_lock)
        {
            _shared = true;
            return new RamFile { _data = _data, _length = _length, _shared = true };
        }
    }

    public byte[] Content()
    {
        lock (_lock)
        {
            return _data[.._length];
        }
    }

    public int Read(Span<byte> destination, long position)
    {
        lock (_lock)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(position);
            var count = (int)Math.Clamp(_length - position, 0, destination.Length);
            _data.AsSpan((int)Math.Min(position, _length), count).CopyTo(destination);
            return count;
        }
    }

    public void Write(string path, ReadOnlySpan<byte> bytes, long position)
    {
        lock (_lock)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(position);
            Reserve(path, position + bytes.Length);
            bytes.CopyTo(_data.AsSpan((int)position));
            _length = Math.Max(_length, (int)position + bytes.Length);
        }
    }

    public void SetLength(string path, long length)
    {
        lock (_lock)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(length);
            Reserve(path, length);
            if (length < _length)
            {
                _data.AsSpan((int)length, _length - (int)length).Clear();
            }

            _length = (int)length;
        }
    }

    private void Reserve(string path, long length)
    {
        if (length > RamFileSystem.LargestFile)
        {
            throw new FindingException("large file", $"{path} is to have {length} bytes");
        }

        if (_shared || length > _data.Length)
        {
            var larger = new byte[length > _data.Length ? Math.Max(length, 2L * _data.Length) : _data.Length];
            _data.AsSpan(0, _length).CopyTo(larger);
            _data = larger;
            _shared = false;
        }
    }
}
