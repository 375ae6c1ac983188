namespace Samsa.Storage.Producers;

/// <content>Where the state comes from when a log is opened or cut: snapshots, and what is read back from the log.</content>
public sealed partial class ProducerStateManager
{
    /// <summary>
    /// Starts from the newest sound snapshot at or below <paramref name="logEndOffset"/>; unreadable ones and those beyond the
    /// end are deleted. Returns the offset from which the log must be replayed through <see cref="Update"/> and
    /// <see cref="CompleteTransaction"/>: that of the snapshot, or the log start offset when there is none.
    /// </summary>
    public long Load(long logStartOffset, long logEndOffset, long now)
    {
        lock (_lock)
        {
            Reset();
            _snapshots.DeleteWhere(offset => offset > logEndOffset);
            var producers = _snapshots.ReadNewest(out var snapshotOffset);
            if (producers is null)
            {
                snapshotOffset = logStartOffset;
            }

            Restore(producers ?? [], now);
            _lastSnapshotOffset = snapshotOffset;
            UpdateMapEndOffset(snapshotOffset);
            return snapshotOffset;
        }
    }

    /// <summary>
    /// The producers of which fewer batches are remembered than there may be in the log; null when there are none. What is found
    /// of them goes to <see cref="Prepend"/>.
    /// </summary>
    internal Dictionary<long, OlderBatches>? Incomplete()
    {
        lock (_lock)
        {
            Dictionary<long, OlderBatches>? incomplete = null;
            foreach (var producer in _producers.Values)
            {
                if (producer.BeginOlder() is { } older)
                {
                    (incomplete ??= []).Add(producer.ProducerId, older);
                }
            }

            return incomplete;
        }
    }

    /// <summary>Remembers batches of a producer that lie right before those that are remembered.</summary>
    internal void Prepend(long producerId, ReadOnlySpan<BatchMetadata> older)
    {
        lock (_lock)
        {
            if (older.Length > 0 && _producers.TryGetValue(producerId, out var producer))
            {
                producer.Prepend(older);
            }
        }
    }

    /// <summary>
    /// Follows a log that was cut to [<paramref name="logStartOffset"/>, <paramref name="logEndOffset"/>): snapshots outside
    /// go, and unless the state ends exactly at the log end it is loaded anew. Returns the offset from which to replay,
    /// which is the log end offset when nothing needs to be replayed.
    /// </summary>
    public long TruncateAndReload(long logStartOffset, long logEndOffset, long now)
    {
        lock (_lock)
        {
            _snapshots.DeleteWhere(offset => offset > logEndOffset || offset <= logStartOffset);
            if (logEndOffset != MapEndOffset)
            {
                return Load(logStartOffset, logEndOffset, now);
            }

            OnLogStartOffset(logStartOffset);
            return logEndOffset;
        }
    }

    /// <summary>Follows a log that was emptied and begins anew at <paramref name="offset"/>: everything goes.</summary>
    public void TruncateFullyAndStartAt(long offset)
    {
        lock (_lock)
        {
            Reset();
            _snapshots.DeleteWhere(static _ => true);
            _lastSnapshotOffset = 0;
            UpdateMapEndOffset(offset);
        }
    }

    /// <summary>
    /// Writes a snapshot at <see cref="MapEndOffset"/>, unless the newest one is already there. <see cref="FlushSnapshots"/>
    /// makes it durable.
    /// </summary>
    public void TakeSnapshot()
    {
        lock (_lock)
        {
            var offset = MapEndOffset;
            if (offset > _lastSnapshotOffset)
            {
                _snapshots.Write(offset, _producers.Values);
                _lastSnapshotOffset = offset;
            }
        }
    }

    /// <summary>Makes the content of the snapshots durable; their names take a flush of the directory.</summary>
    public void FlushSnapshots() => _snapshots.Flush();

    /// <summary>Notes the files of the directory, so that the disk is not asked again.</summary>
    internal void Found(IReadOnlyList<string> paths)
    {
        lock (_lock)
        {
            _snapshots.Found(paths);
        }
    }

    /// <summary>The offsets of the snapshots on disk, ascending.</summary>
    public IReadOnlyList<long> Snapshots()
    {
        lock (_lock)
        {
            return _snapshots.Offsets.ToArray();
        }
    }

    /// <summary>Deletes the snapshot at exactly this offset: its segment is going away.</summary>
    public void DeleteSnapshot(long offset)
    {
        lock (_lock)
        {
            _snapshots.Delete(offset);
        }
    }

    /// <summary>Deletes the snapshots below <paramref name="offset"/>.</summary>
    public void DeleteSnapshotsBefore(long offset)
    {
        lock (_lock)
        {
            _snapshots.DeleteWhere(snapshot => snapshot < offset);
        }
    }

    /// <summary>Deletes snapshots that belong to no segment; the newest one stays, it is that of a clean stop.</summary>
    public void DeleteStraySnapshots(IReadOnlySet<long> segmentBaseOffsets)
    {
        lock (_lock)
        {
            var newest = _snapshots.Offsets is [.., var last] ? last : -1;
            _snapshots.DeleteWhere(offset => offset != newest && !segmentBaseOffsets.Contains(offset));
        }
    }

    /// <summary>Notes that the partition directory has got another name.</summary>
    public void Relocate(string directory)
    {
        lock (_lock)
        {
            _snapshots.Directory = directory;
        }
    }

    private void Restore(List<ProducerEntry> producers, long now)
    {
        foreach (var producer in producers)
        {
            if (IsExpired(producer, now))
            {
                continue;
            }

            _producers[producer.ProducerId] = producer;
            if (producer.HasOpenTransaction)
            {
                _transactions.Begin(producer.CurrentTransactionFirstOffset, producer.ProducerId);
            }
        }

        PublishFirstUnstableOffset();
    }

    private void Reset()
    {
        _producers.Clear();
        _transactions.Clear();
        PublishFirstUnstableOffset();
    }
}
