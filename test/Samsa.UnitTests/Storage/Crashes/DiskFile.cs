namespace Samsa.UnitTests.Storage.Crashes;

/// <summary>
/// The bytes of one file: what the page cache shows, what is on the platter, and every change in between. Entered under the lock
/// of its <see cref="CrashDisk"/>.
/// </summary>
internal sealed class DiskFile : DiskNode
{
    private readonly List<Change> _pending = [];
    private byte[] _durable;
    private byte[] _data;
    private int _length;

    /// <summary>A file with these bytes, all of them on the platter.</summary>
    internal DiskFile(byte[] content)
    {
        _durable = content;
        _data = (byte[])content.Clone();
        _length = content.Length;
    }

    internal int Length => _length;

    internal byte[] Content() => _data[.._length];

    internal void Write(ReadOnlySpan<byte> bytes, long position)
    {
        _pending.Add(new Change((int)position, bytes.ToArray(), 0));
        Apply(ref _data, ref _length, _pending[^1], bytes.Length);
    }

    internal void SetLength(long length)
    {
        _pending.Add(new Change(0, null, (int)length));
        Apply(ref _data, ref _length, _pending[^1], 0);
    }

    internal int Read(Span<byte> destination, long position)
    {
        var count = (int)Math.Clamp(_length - position, 0, destination.Length);
        _data.AsSpan((int)Math.Min(position, _length), count).CopyTo(destination);
        return count;
    }

    internal void Flush()
    {
        _durable = Content();
        _pending.Clear();
    }

    /// <summary>
    /// What a power cut may leave of the file: without loss everything; otherwise nothing that was not flushed, all of it, the
    /// changes up to one of them (the last perhaps torn), or for each page whatever state it once had since the flush.
    /// </summary>
    internal DiskFile Survive(Random? random, bool withoutLoss)
    {
        if (withoutLoss || _pending.Count == 0)
        {
            return new DiskFile(Content());
        }

        return random?.Next(4) switch
        {
            null or 0 => new DiskFile(_durable),
            1 => new DiskFile(Content()),
            2 => SurvivePrefix(random),
            _ => SurvivePages(random),
        };
    }

    private DiskFile SurvivePrefix(Random random)
    {
        var data = (byte[])_durable.Clone();
        var length = data.Length;
        var count = random.Next(_pending.Count + 1);
        for (var i = 0; i < count; i++)
        {
            var size = _pending[i].Bytes?.Length ?? 0;
            Apply(ref data, ref length, _pending[i], i == count - 1 ? random.Next(size + 1) : size);
        }

        return new DiskFile(data[..length]);
    }

    // The kernel writes pages back in any order, and the length on its own; what was never written reads as zeros.
    private DiskFile SurvivePages(Random random)
    {
        var pageSize = random.Next(2) == 0 ? 512 : 4096;
        var longest = _durable.Length;
        var data = (byte[])_durable.Clone();
        var length = data.Length;
        foreach (var change in _pending)
        {
            Apply(ref data, ref length, change, change.Bytes?.Length ?? 0);
            longest = Math.Max(longest, length);
        }

        var stateOfPage = new int[(longest + pageSize - 1) / pageSize];
        for (var i = 0; i < stateOfPage.Length; i++)
        {
            stateOfPage[i] = random.Next(_pending.Count + 1);
        }

        var stateOfLength = random.Next(_pending.Count + 1);
        var result = new byte[longest];
        var finalLength = 0;
        data = (byte[])_durable.Clone();
        length = data.Length;
        for (var state = 0; state <= _pending.Count; state++)
        {
            if (state > 0)
            {
                Apply(ref data, ref length, _pending[state - 1], _pending[state - 1].Bytes?.Length ?? 0);
            }

            finalLength = state == stateOfLength ? length : finalLength;
            for (var page = 0; page < stateOfPage.Length; page++)
            {
                var from = page * pageSize;
                if (stateOfPage[page] == state && from < length)
                {
                    data.AsSpan(from, Math.Min(pageSize, length - from)).CopyTo(result.AsSpan(from));
                }
            }
        }

        return new DiskFile(result[..finalLength]);
    }

    private static void Apply(ref byte[] data, ref int length, in Change change, int bytes)
    {
        if (change.Bytes is null)
        {
            if (change.Length < length)
            {
                data.AsSpan(change.Length, length - change.Length).Clear();
            }

            Grow(ref data, change.Length);
            length = change.Length;
            return;
        }

        Grow(ref data, change.Position + bytes);
        change.Bytes.AsSpan(0, bytes).CopyTo(data.AsSpan(change.Position));
        length = Math.Max(length, change.Position + bytes);
    }

    private static void Grow(ref byte[] data, int length)
    {
        if (length > data.Length)
        {
            Array.Resize(ref data, Math.Max(length, data.Length * 2));
        }
    }

    private readonly record struct Change(int Position, byte[]? Bytes, int Length);
}
