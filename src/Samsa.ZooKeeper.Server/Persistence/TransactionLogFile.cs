using Samsa.Protocol.Wire;
using Samsa.ZooKeeper.Records;
using Samsa.ZooKeeper.Server.Files;
using Samsa.ZooKeeper.Server.Transactions;

namespace Samsa.ZooKeeper.Server.Persistence;

/// <summary>
/// Reads one file of the transaction log. Owns the open file. One thread. It ends where nothing more was written, or where the
/// bytes are no transaction: <see cref="IsTorn"/> says which.
/// </summary>
internal sealed class TransactionLogFile : IDisposable
{
    private readonly IDataFile _file;
    private readonly FileReader _reader;

    internal TransactionLogFile(IDataFileSystem files, string path)
    {
        Path = path;
        _file = files.Open(path);
        _reader = new FileReader(_file);
    }

    internal string Path { get; }

    /// <summary>The length of the file, the zeros at its end included.</summary>
    internal long Length => _file.Length;

    /// <summary>The end of the last whole transaction.</summary>
    internal long End { get; private set; }

    /// <summary>True when bytes follow the last transaction that are neither one nor zeros.</summary>
    internal bool IsTorn { get; private set; }

    /// <summary>Reads the header; false when it is not whole. A header of another format is not a matter of being torn.</summary>
    /// <exception cref="CorruptDataException">The file is no transaction log of this format.</exception>
    internal bool ReadHeader()
    {
        if (_reader.Remaining < TransactionLog.HeaderSize)
        {
            IsTorn = true;
            return false;
        }

        var header = _reader.ReadRecord<FileHeader>(TransactionLog.HeaderSize);
        if (header is { Magic: 0, Version: 0, DbId: 0 })
        {
            // Filled up with zeros, and nothing came after.
            IsTorn = true;
            return false;
        }

        if (header.Magic != TransactionLog.Magic || header.Version != TransactionLog.FormatVersion)
        {
            throw new CorruptDataException($"{Path} is no transaction log of the format {TransactionLog.FormatVersion}.");
        }

        End = _reader.Position;
        return true;
    }

    /// <summary>The next transaction; null at the end.</summary>
    internal (TxnHeader Header, IRecord? Txn)? Next()
    {
        if (IsTorn || _reader.Remaining < TransactionLog.EntryOverhead)
        {
            IsTorn |= _reader.Remaining > 0 && !RestIsZero();
            return null;
        }

        var checksum = _reader.ReadInt64();
        var length = _reader.ReadInt32();
        if (length == 0 && checksum == 0)
        {
            IsTorn = !RestIsZero();
            return null;
        }

        if (length <= 0 || length >= _reader.Remaining)
        {
            IsTorn = true;
            return null;
        }

        var bytes = _reader.ReadBytes(length);
        Span<byte> mark = stackalloc byte[1];
        _reader.Read(mark);
        if (Adler32.Of(bytes) != checksum || mark[0] != TransactionLog.EndMark)
        {
            IsTorn = true;
            return null;
        }

        try
        {
            var transaction = TxnCodec.Read(bytes);
            End = _reader.Position;
            return transaction;
        }
        catch (ProtocolViolationException unreadable)
        {
            // Its checksum is right: it was meant like that, and leaving it out would be leaving out an acknowledged change.
            throw new CorruptDataException($"{Path} has a transaction at {End} that cannot be read: {unreadable.Message}", unreadable);
        }
    }

    /// <summary>Makes the file end after its last whole transaction, so that no reader stumbles over the rest.</summary>
    internal void CutTail()
    {
        _file.SetLength(End);
        _file.Flush();
    }

    public void Dispose() => _file.Dispose();

    private bool RestIsZero()
    {
        Span<byte> buffer = stackalloc byte[4096];
        while (_reader.Remaining > 0)
        {
            var piece = buffer[..(int)Math.Min(buffer.Length, _reader.Remaining)];
            _reader.Read(piece);
            if (piece.ContainsAnyExcept((byte)0))
            {
                return false;
            }
        }

        return true;
    }
}
