using Microsoft.Extensions.Logging;
using Samsa.Broker.Configuration;
using Samsa.Broker.Metadata;
using Samsa.Broker.Replication;
using Samsa.Protocol;
using Samsa.Protocol.Records;
using Samsa.Storage;

namespace Samsa.Broker.Groups;

/// <summary>
/// Owns: one partition of <c>__consumer_offsets</c> as its only writer, the groups that it keeps, and the events that wait for them.
/// Threads: any posts. Whoever finds nobody at work takes the events one after the other, on his own thread as long as nothing waits
/// for a disk; the next event comes when all records of the one before are committed, and only then are its answers given.
/// Lifetime: from the partition's coming to its going; the first events are taken when the log is read.
/// Failure: a broken disk ends the lane, and every request that it holds or gets is refused with NOT_COORDINATOR.
/// Its inbox needs no bound of its own: a connection has at most 32 requests under way.
/// </summary>
internal sealed partial class GroupLane : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Queue<GroupEvent> _inbox = new();
    private readonly IClusterMetadata _metadata;
    private readonly Partition _partition;
    private readonly ReplicaManager _replicas;
    private readonly GroupShard _shard;
    private readonly GroupAppender _appender;
    private readonly GroupOptions _options;
    private readonly GroupCounts _counts;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ITimer _timer;
    private readonly long _start;
    private long _timerDue = Group.Never;
    private volatile bool _isLoading = true;
    private bool _isBusy;
    private volatile ErrorCode _closed;

    public GroupLane(
        Partition partition, IClusterMetadata metadata, ReplicaManager replicas, GroupOptions options, GroupCounts counts, TimeProvider time, ILogger logger)
    {
        _metadata = metadata;
        _partition = partition;
        _replicas = replicas;
        _options = options;
        _counts = counts;
        _time = time;
        _logger = logger;
        _start = time.GetTimestamp();
        _shard = new GroupShard(options, counts);
        _appender = new GroupAppender(partition, (CompressionType)options.OffsetsCompression, time);
        _timer = time.CreateTimer(static state => ((GroupLane)state!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>False when groups of this partition cannot be coordinated any more.</summary>
    public bool IsOnline => _partition.IsOnline && _closed == ErrorCode.None;

    /// <summary>Whether the log is still being read.</summary>
    public bool IsLoading => _isLoading;

    /// <summary>Takes an event. Requests are refused while the log is read, and after the end.</summary>
    public void Post(GroupEvent happened)
    {
        ErrorCode refusal;
        lock (_gate)
        {
            refusal = _closed != ErrorCode.None ? _closed
                : _isLoading && happened.Caller is not null ? ErrorCode.CoordinatorLoadInProgress
                : ErrorCode.None;
            if (refusal == ErrorCode.None)
            {
                _inbox.Enqueue(happened);
                if (_isBusy || _isLoading)
                {
                    return;
                }

                _isBusy = true;
            }
        }

        if (refusal == ErrorCode.None)
        {
            _ = WorkAsync();
        }
        else
        {
            happened.Caller?.Refuse(refusal);
        }
    }

    /// <summary>Reads the log on the caller's thread; then the events that came meanwhile are taken.</summary>
    public void Load(CancellationToken cancellation)
    {
        try
        {
            var began = _time.GetTimestamp();
            using var loader = new GroupLoader(_partition.Log, _shard, _options.LoadBufferBytes, _logger);
            loader.Load(cancellation);
            _counts.AddLoad((long)_time.GetElapsedTime(began).TotalMilliseconds);
            if (loader.Loaded > 0)
            {
                LogLoaded(_logger, _partition.TopicPartition, _shard.Groups.Count, loader.Loaded, _time.GetElapsedTime(began).TotalMilliseconds);
            }
        }
        catch (StorageException e)
        {
            _replicas.OnStorageFailure(_partition, e);
            Close(ErrorCode.NotCoordinator);
        }

        // Whoever is loading is at work: nobody else can have begun.
        lock (_gate)
        {
            _isLoading = false;
            _isBusy = true;
        }

        _ = WorkAsync(isLoaded: true);
    }

    /// <summary>Refuses everything from now on, and what waits.</summary>
    public void Close(ErrorCode error)
    {
        lock (_gate)
        {
            if (_closed != ErrorCode.None)
            {
                return;
            }

            _closed = error;
            _inbox.Enqueue(new GroupEvent.Unload(error));
            if (_isBusy || _isLoading)
            {
                return;
            }

            _isBusy = true;
        }

        _ = WorkAsync();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Close(ErrorCode.CoordinatorNotAvailable);
        _timer.Dispose();
    }

    private GroupTime Now => new((long)_time.GetElapsedTime(_start).TotalMilliseconds, _time.GetUtcNow().ToUnixTimeMilliseconds());

    private void OnTimer()
    {
        Volatile.Write(ref _timerDue, Group.Never);
        Post(new GroupEvent.TimePassed());
    }

    private async Task WorkAsync(bool isLoaded = false)
    {
        if (isLoaded)
        {
            await DoAsync(null).ConfigureAwait(false);
        }

        while (TryTake(out var happened))
        {
            await DoAsync(happened).ConfigureAwait(false);
        }
    }

    private bool TryTake(out GroupEvent? happened)
    {
        lock (_gate)
        {
            if (_inbox.TryDequeue(out happened))
            {
                return true;
            }

            var next = _closed == ErrorCode.None ? _shard.NextDeadline : Group.Never;
            if (next <= Now.Monotonic)
            {
                happened = new GroupEvent.TimePassed();
                return true;
            }

            if (next < Volatile.Read(ref _timerDue))
            {
                Volatile.Write(ref _timerDue, next);
                _timer.Change(TimeSpan.FromMilliseconds(next - Now.Monotonic), Timeout.InfiniteTimeSpan);
            }

            _isBusy = false;
            return false;
        }
    }

    private async ValueTask DoAsync(GroupEvent? happened)
    {
        var step = new GroupStep(Now, _metadata.Current);
        try
        {
            if (happened is null)
            {
                _shard.OnLoaded(step);
            }
            else
            {
                _shard.Step(happened, step);
            }

            foreach (var store in step.Stores)
            {
                var error = await _appender.AppendAsync(store).ConfigureAwait(false);
                if (store.Receipt is not null)
                {
                    await DoAsync(new GroupEvent.Stored(store.Receipt, error)).ConfigureAwait(false);
                }
                else if (error != ErrorCode.None)
                {
                    LogNotStored(_logger, _partition.TopicPartition, error.Name());
                }
            }

            foreach (var (ticket, answer) in step.Answers)
            {
                ticket.Complete(answer);
            }

            foreach (var following in step.Following)
            {
                Post(following);
            }

            if (happened is GroupEvent.Unload)
            {
                _appender.Dispose();
            }
        }
        catch (StorageException e)
        {
            _replicas.OnStorageFailure(_partition, e);
            Close(ErrorCode.NotCoordinator);
            Refuse(happened, step, ErrorCode.NotCoordinator);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // Our bug: whoever asked must not wait for ever, and the other groups go on.
            LogFailed(_logger, happened?.GetType().Name ?? "load", _partition.TopicPartition, e);
            Refuse(happened, step, ErrorCode.UnknownServerError);
        }
    }

    private static void Refuse(GroupEvent? happened, GroupStep step, ErrorCode error)
    {
        foreach (var (ticket, _) in step.Answers)
        {
            ticket.Refuse(error);
        }

        foreach (var store in step.Stores)
        {
            (store.Receipt as GroupReceipt.Commit)?.Ticket.Refuse(error);
            (store.Receipt as GroupReceipt.Changes)?.Ticket?.Refuse(error);
        }

        happened?.Caller?.Refuse(error);
    }

    [LoggerMessage(EventId = 5002, Level = LogLevel.Information, Message = "{Partition} is loaded: {Groups} groups of {Records} records, in {Milliseconds:F0} ms")]
    private static partial void LogLoaded(ILogger logger, TopicPartition partition, int groups, long records, double milliseconds);

    [LoggerMessage(EventId = 5003, Level = LogLevel.Error, Message = "Records of groups could not be appended to {Partition}: {Error}")]
    private static partial void LogNotStored(ILogger logger, TopicPartition partition, string error);

    [LoggerMessage(EventId = 5004, Level = LogLevel.Error, Message = "The event {Event} of a group in {Partition} failed")]
    private static partial void LogFailed(ILogger logger, string @event, TopicPartition partition, Exception exception);
}
