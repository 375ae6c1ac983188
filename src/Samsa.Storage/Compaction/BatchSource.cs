using Samsa.Protocol;
using Samsa.Protocol.Records;
using Samsa.Storage.Files;
using Samsa.Storage.Segments;

namespace Samsa.Storage.Compaction;

/// <summary>
/// Reads the batches of record files, a buffer at a time. Owns the buffer, which grows for a batch that is larger and shrinks
/// again with the next file. One thread at a time; reusable until disposed. Fails with <see cref="DamagedBatchException"/> for
/// bytes that are no sound batch (the checksum counts), and with <see cref="StorageException"/>.
/// </summary>
internal sealed class BatchSource : IDisposable
{
    private IStorageFile? _file;
    private byte[] _buffer = [];
    private long _next;
    private long _end;
    private int _at;
    private int _buffered;

    /// <summary>The file.</summary>
    internal string Path => _file?.Path ?? "";

    /// <summary>What is known of the batch that <see cref="MoveNext"/> came to.</summary>
    internal BatchInfo Info { get; private set; }

    /// <summary>Where that batch starts in the file.</summary>
    internal long Position { get; private set; }

    /// <summary>How many bytes the last <see cref="Fill"/> brought.</summary>
    internal int Buffered => _buffered;

    /// <summary>The whole bytes of that batch; valid until the next <see cref="Fill"/>.</summary>
    internal ReadOnlySpan<byte> Current => _buffer.AsSpan(_at - Info.Size, Info.Size);

    /// <summary>Begins with the batch at <paramref name="position"/>; nothing at or behind <paramref name="end"/> is read.</summary>
    internal void Start(IStorageFile file, long position, long end, int bufferBytes)
    {
        var wanted = Math.Max(bufferBytes, BatchInfo.HeaderBytes);
        if (_buffer.Length < wanted || _buffer.Length > 4 * (long)wanted)
        {
            Replace(wanted);
        }

        _file = file;
        _next = position;
        _end = end;
        _at = _buffered = 0;
    }

    /// <summary>Fills the buffer with the next batches, at least with one. Returns false at the end of the file.</summary>
    internal bool Fill()
    {
        _at = _buffered = 0;
        if (_next >= _end)
        {
            return false;
        }

        Read();
        var first = Look(out var known) ? known.Size : throw Damage("there is no batch header");
        if (first > _end - _next)
        {
            throw Damage($"the batch should have {first} bytes, {_end - _next} are left");
        }

        if (first > _buffer.Length)
        {
            Replace(first);
            Read();
        }

        return first <= _buffered ? true : throw Damage($"the file ends inside a batch of {first} bytes");
    }

    /// <summary>Goes to the next batch that is wholly in the buffer. Returns false when there is none.</summary>
    internal bool MoveNext()
    {
        if (_at >= _buffered)
        {
            return false;
        }

        if (!Look(out var batch))
        {
            // Less than a header may be a header that goes on behind the buffer.
            return _buffered - _at < BatchInfo.HeaderBytes && _next + (_buffered - _at) < _end
                ? false
                : throw Damage("there is no batch header");
        }

        if (batch.Size > _buffered - _at)
        {
            return batch.Size <= _end - _next
                ? false
                : throw Damage($"the batch should have {batch.Size} bytes, {_end - _next} are left");
        }

        Info = batch;
        Position = _next;
        _at += batch.Size;
        if (!IsCrcValid(Current))
        {
            throw Damage("the checksum of the batch is wrong");
        }

        _next += batch.Size;
        return true;
    }

    /// <inheritdoc/>
    public void Dispose() => Replace(0);

    private static bool IsCrcValid(ReadOnlySpan<byte> batch)
    {
        var batches = new RecordBatchEnumerator(batch);
        return batches.MoveNext() && batches.Current.IsCrcValid();
    }

    private bool Look(out BatchInfo batch) => BatchInfo.TryRead(_buffer.AsSpan(_at, _buffered - _at), out batch);

    private void Read() => _buffered = _file!.Read(_buffer.AsSpan(0, (int)Math.Min(_buffer.Length, _end - _next)), _next);

    private DamagedBatchException Damage(string what) => new(_file!.Path, _next, what);

    private void Replace(int bytes)
    {
        if (_buffer.Length > 0)
        {
            Buffers.Return(_buffer);
        }

        _buffer = bytes == 0 ? [] : Buffers.Rent(bytes);
    }
}
