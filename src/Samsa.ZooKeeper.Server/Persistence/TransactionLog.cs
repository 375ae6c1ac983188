using Samsa.Protocol.Wire;
using Samsa.ZooKeeper.Records;
using Samsa.ZooKeeper.Server.Files;
using Samsa.ZooKeeper.Server.Transactions;

namespace Samsa.ZooKeeper.Server.Persistence;

/// <summary>
/// Writes the transaction log: <c>log.ZXID</c> begins with a header, then for each transaction its Adler-32, its length, its bytes
/// and the letter B. Files are filled up with zeros ahead of the writes (<c>preAllocSize</c>), so that most flushes leave the
/// length alone.
/// Owns the file that it writes to. One thread: the one that commits. After a failure (an <see cref="IOException"/>) nothing more can
/// be promised; the log must be abandoned and read anew.
/// </summary>
internal sealed class TransactionLog(IDataFileSystem files, string directory, LogOptions options) : IDisposable
{
    /// <summary>"ZKLG".</summary>
    internal const int Magic = 0x5A4B4C47;
    internal const int FormatVersion = 2;
    internal const int HeaderSize = 16;

    /// <summary>What stands before and after the bytes of a transaction: checksum, length, end mark.</summary>
    internal const int EntryOverhead = sizeof(long) + sizeof(int) + 1;
    internal const byte EndMark = (byte)'B';

    // Apache ZooKeeper fills up when less than this is left.
    private const int LowWater = 4096;

    private readonly WireWriter _entries = new(64 * 1024);
    private IDataFile? _file;
    private bool _fileIsNew;
    private long _position;
    private long _allocated;

    /// <summary>Bytes written to the file of now.</summary>
    internal long FileSize => _position;

    /// <summary>The number of flushes so far.</summary>
    internal long Flushes { get; private set; }

    /// <summary>Adds a transaction; it is durable after <see cref="Flush"/>.</summary>
    internal void Append(TxnHeader header, IRecord? txn)
    {
        if (_file is null)
        {
            _file = files.Create(Path.Combine(directory, DataFiles.NameOf(DataFiles.Log, header.Zxid)));
            _fileIsNew = true;
            (_position, _allocated) = (0, 0);
            new FileHeader { Magic = Magic, Version = FormatVersion, DbId = 0 }.Write(_entries);
        }

        var start = _entries.Position;
        _entries.WriteInt64(0);
        var lengthAt = _entries.ReserveInt32();
        TxnCodec.Write(_entries, header, txn);
        var bytesAt = lengthAt + sizeof(int);
        _entries.PatchInt32(lengthAt, _entries.Position - bytesAt);
        var checksum = Adler32.Of(_entries.WrittenMemory.Span[bytesAt..]);
        _entries.PatchInt32(start, (int)(checksum >> 32));
        _entries.PatchInt32(start + sizeof(int), unchecked((int)checksum));
        _entries.WriteInt8((sbyte)EndMark);
    }

    /// <summary>Returns when all that was added is durable: one write and one fsync for all of it.</summary>
    internal void Flush()
    {
        if (_file is null || _entries.Position == 0)
        {
            return;
        }

        var bytes = _entries.WrittenMemory.Span;
        if (_position + bytes.Length + LowWater >= _allocated && options.PreAllocSize > 0)
        {
            // To the next border: a batch may be longer than one step.
            _allocated = ((_position + bytes.Length + LowWater) / options.PreAllocSize * options.PreAllocSize) + options.PreAllocSize;
            _file.SetLength(_allocated);
        }

        _file.Write(bytes, _position);
        _position += bytes.Length;
        _entries.Reset();
        if (options.ForceSync)
        {
            _file.Flush();
            if (_fileIsNew)
            {
                // The name is durable no later than the first transaction behind it.
                files.FlushDirectory(directory);
            }
        }

        _fileIsNew = false;
        Flushes++;
    }

    /// <summary>Ends the file of now; the next transaction begins a new one. Everything must be flushed.</summary>
    internal void Roll()
    {
        if (!options.ForceSync)
        {
            // Only the end of the last log may be torn: no other file follows one that is not durable.
            _file?.Flush();
        }

        Close();
    }

    public void Dispose()
    {
        Close();
        _entries.Dispose();
    }

    private void Close()
    {
        _file?.Dispose();
        _file = null;
    }
}
