using System.Globalization;
using Samsa.Protocol;
using Samsa.Protocol.Records;
using Samsa.Storage;
using Xunit;

namespace Samsa.UnitTests.Storage.Log;

/// <summary>
/// Random operations on a log, against a plain list: records, producers and transactions. Crashes keep a random part of what was not flushed; what was flushed
/// must still be there, and what is there must be what was appended.
/// </summary>
public sealed class RandomOperationTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void A_log_behaves_like_a_list(int block)
    {
        var seeds = int.Parse(Environment.GetEnvironmentVariable("SAMSA_TEST_SEEDS") ?? "60", CultureInfo.InvariantCulture);
        for (var seed = block * 100_000; seed < (block * 100_000) + seeds; seed++)
        {
            try
            {
                using var run = new Run(seed);
                run.Execute(200);
            }
            catch (Exception)
            {
                output.WriteLine($"seed {seed}");
                throw;
            }
        }
    }

    private enum Marker
    {
        None,
        Commit,
        Abort,
    }

    private sealed record Entry(
        long Offset, string Value, long Timestamp, long BatchStart, long Producer, int Sequence, bool Transactional, Marker Marker);

    private sealed class Run : IDisposable
    {
        private readonly Random _random;
        private readonly LogHarness _harness = new();

        // Everything that was ever appended and not truncated, by offset: retention may come undone in a crash.
        private readonly SortedDictionary<long, Entry> _history = [];
        private long _end;
        private long _durableEnd;
        private long _recoveryPointCheckpoint;
        private long _logStartCheckpoint;
        private int _epoch;

        public Run(int seed)
        {
            _random = new Random(seed);
            _harness.Config = LogConfig.Default with
            {
                SegmentBytes = _random.Next(400, 4000),
                IndexIntervalBytes = _random.Next(3) * 150,
                SegmentMs = 100_000,
                SegmentIndexBytes = _random.Next(2) == 0 ? 60 : 4096,
                RetentionMs = -1,
                FileDeleteDelayMs = 1000,
            };
            _harness.Open(clean: true);
        }

        private PartitionLog Log => _harness.Log;

        public void Execute(int steps)
        {
            for (var i = 0; i < steps; i++)
            {
                Step(_random.Next(100));
                Assert.Equal(_end, Log.LogEndOffset);
                Assert.InRange(Log.HighWatermark, Log.LogStartOffset, Log.LogEndOffset);
            }

            CheckEverything();
        }

        public void Dispose() => _harness.Dispose();

        private void Step(int dice)
        {
            switch (dice)
            {
                case < 45: Append(); break;
                case < 60: CheckRead(); break;
                case < 66: CheckTimestamp(); break;
                case < 70: Log.Roll(); break;
                case < 74: Log.UpdateHighWatermark(_random.NextInt64(_end + 1)); break;
                case < 77: MoveLogStart(); break;
                case < 81: Retain(); break;
                case < 84: Truncate(); break;
                case < 85: Restart(); break;
                case < 89: Log.Flush(); _durableEnd = _end; break;
                case < 92: Checkpoint(); break;
                case < 94: _harness.Scheduler.Run(TimeSpan.FromMilliseconds(_random.Next(2) * 1000)); break;
                case < 95: _epoch++; break;
                case < 98: Reopen(); break;
                default: Crash(); break;
            }
        }

        private void Append()
        {
            // 1 and 2 are idempotent, 3 and 4 transactional, the others nobody in particular.
            var producer = _random.NextInt64(1, 9);
            producer = producer > 4 ? -1 : producer;
            if (producer >= 3 && OpenTransactions().ContainsKey(producer) && _random.Next(2) == 0)
            {
                AppendMarker(producer, _random.Next(2) == 0 ? Marker.Commit : Marker.Abort);
                return;
            }

            var values = new string[_random.Next(1, 5)];
            for (var i = 0; i < values.Length; i++)
            {
                values[i] = $"{_end + i}:{_random.Next()}{new string('x', _random.Next(60))}";
            }

            _harness.Clock.Advance(_random.Next(4) == 0 ? 0 : _random.Next(50));
            var timestamp = _harness.Clock.Now - _random.Next(30);
            var sequence = producer < 0 ? -1 : NextSequence(producer);
            var options = new RecordBatchOptions
            {
                ProducerId = producer,
                ProducerEpoch = producer < 0 ? (short)-1 : (short)0,
                BaseSequence = sequence,
                IsTransactional = producer >= 3,
            };
            var result = _harness.Append(LogHarness.Batch(options, timestamp, values), _epoch);
            Assert.Equal((ErrorCode.None, _end, false), (result.Error, result.FirstOffset, result.IsDuplicate));
            var start = _end;
            foreach (var value in values)
            {
                var delta = (int)(_end - start);
                _history[_end] = new Entry(_end, value, timestamp + delta, start, producer,
                    producer < 0 ? -1 : sequence + delta, producer >= 3, Marker.None);
                _end++;
            }

            Assert.Equal(_end - 1, result.LastOffset);
        }

        private void AppendMarker(long producer, Marker marker)
        {
            var type = marker == Marker.Abort ? ControlRecordType.Abort : ControlRecordType.Commit;
            var batch = ControlRecord.BuildMarkerBatch(new EndTransactionMarker(type, 0), producer, 0, _harness.Clock.Now);
            var result = _harness.Append(batch, _epoch, AppendOrigin.Coordinator);
            Assert.Equal((ErrorCode.None, _end), (result.Error, result.FirstOffset));
            _history[_end] = new Entry(
                _end, LogHarness.MarkerValue, _harness.Clock.Now, _end, producer, -1, true, marker);
            _end++;
        }

        private int NextSequence(long producer)
        {
            // A producer of which only a marker is left above the log start begins anew, as with Kafka.
            foreach (var known in Log.Producers.ActiveProducers())
            {
                if (known.ProducerId == producer && known.LastSequence < 0)
                {
                    return 0;
                }
            }

            return (_history.Values.LastOrDefault(entry => entry.Producer == producer && entry.Sequence >= 0)?.Sequence ?? -1) + 1;
        }

        private Dictionary<long, long> OpenTransactions() => Replay([], long.MaxValue, out _);

        // Producer to first offset of what is open at the end; on the way the aborted ones, and the first that is not stable.
        private Dictionary<long, long> Replay(List<AbortedTransaction> aborted, long highWatermark, out long firstUnstable)
        {
            var open = new Dictionary<long, long>();
            firstUnstable = long.MaxValue;
            foreach (var entry in _history.Values.Where(entry => entry.Transactional))
            {
                if (entry.Marker == Marker.None)
                {
                    open.TryAdd(entry.Producer, entry.Offset);
                }
                else if (open.Remove(entry.Producer, out var first))
                {
                    if (entry.Offset >= highWatermark)
                    {
                        firstUnstable = Math.Min(firstUnstable, first);
                    }

                    if (entry.Marker == Marker.Abort)
                    {
                        aborted.Add(new AbortedTransaction(entry.Producer, first, entry.Offset, 0));
                    }
                }
            }

            firstUnstable = Math.Min(firstUnstable, open.Count > 0 ? open.Values.Min() : long.MaxValue);
            return open;
        }

        private void CheckProducers()
        {
            var known = Log.Producers.ActiveProducers().ToDictionary(producer => producer.ProducerId, producer => producer.LastSequence);
            foreach (var producer in (long[])[1, 2, 3, 4])
            {
                // What lies below the log start may be forgotten (-1 when only a marker is left), but not got wrong.
                var last = _history.Values.LastOrDefault(entry => entry.Producer == producer && entry.Sequence >= 0);
                if (last is null)
                {
                    continue;
                }

                var sequence = known.GetValueOrDefault(producer, -1);
                Assert.True(
                    sequence == last.Sequence || (sequence == -1 && last.BatchStart < Log.LogStartOffset),
                    $"producer {producer} is at {sequence}, the log at {last.Sequence}");
            }

            // A transaction that began below the log start may be known from where the log starts only.
            var aborted = new List<AbortedTransaction>();
            var open = Replay(aborted, Log.HighWatermark, out var firstUnstable);
            var cutOff = aborted.Where(entry => entry.FirstOffset < Log.LogStartOffset).Select(entry => entry.LastOffset).ToHashSet();
            Assert.Equal(
                aborted.Where(entry => !cutOff.Contains(entry.LastOffset)),
                Log.ListAbortedTransactions(Log.LogStartOffset, _end)
                    .Where(entry => !cutOff.Contains(entry.LastOffset)).Select(entry => entry with { LastStableOffset = 0 }));

            // Ended transactions are stable once the high watermark has passed their marker, also when it falls back later.
            var firstOpen = open.Count > 0 ? open.Values.Min() : long.MaxValue;
            if (firstUnstable >= Log.LogStartOffset)
            {
                Assert.InRange(
                    Log.LastStableOffset, Math.Min(Log.HighWatermark, firstUnstable), Math.Min(Log.HighWatermark, firstOpen));
            }
        }

        private void CheckRead()
        {
            var offset = Log.LogStartOffset + _random.NextInt64(_end - Log.LogStartOffset + 1);
            var bound = _history.Values.Where(entry => entry.BatchStart >= offset).Select(entry => entry.BatchStart)
                .Append(_end).OrderBy(_ => _random.Next()).First();
            var found = _harness.Read(offset, bound, _random.Next(1, 1500));
            Assert.Equal(Expected(offset).Take(found.Count), found);
            Assert.True(found.Count == 0 || found[^1].Offset < bound);
            Assert.True(found.Count > 0 || offset >= bound || !_history.ContainsKey(offset));
        }

        private void CheckTimestamp()
        {
            var times = Live().Select(entry => entry.Timestamp).Append(_harness.Clock.Now).ToList();
            var target = times[_random.Next(times.Count)] + _random.Next(-1, 2);
            var expected = Live().FirstOrDefault(entry => entry.Timestamp >= target);
            var found = Log.OffsetForTimestamp(target);
            Assert.Equal((expected?.Offset, expected?.Timestamp), (found?.Offset, found?.Timestamp));
        }

        private void MoveLogStart()
        {
            var offset = _random.NextInt64(_end + 1);
            var before = Log.LogStartOffset;
            var allowed = offset <= Log.HighWatermark;
            Assert.Equal(allowed ? ErrorCode.None : ErrorCode.OffsetOutOfRange, Log.IncrementLogStartOffset(offset));
            Assert.Equal(allowed ? Math.Max(before, offset) : before, Log.LogStartOffset);
        }

        private void Retain()
        {
            var bytes = _random.Next(3) == 0 ? -1 : _random.Next(6000);
            Log.UpdateConfig(_harness.Config with { RetentionBytes = bytes });
            var size = Log.SizeInBytes;
            var removed = Log.ApplyRetention(_harness.Clock.Now);
            Assert.True(Log.LogStartOffset <= Log.HighWatermark);
            Assert.True(removed == 0 || Log.SizeInBytes < size);
        }

        private void Truncate()
        {
            var offset = _random.NextInt64(Math.Max(0, _end - 15), _end + 2);
            var isBelowAll = offset < Log.FirstSegmentOffset;
            Log.TruncateTo(offset);

            // Whole batches go; below everything stored the log begins anew.
            var straddled = _history.Values.FirstOrDefault(entry => entry.Offset == offset)?.BatchStart ?? offset;
            Cut(Math.Min(_end, isBelowAll ? offset : straddled));
        }

        private void Restart()
        {
            var offset = _random.NextInt64(_end + 20);
            Log.TruncateFullyAndStartAt(offset);
            _history.Clear();
            _end = offset;
            _durableEnd = offset;
            (_recoveryPointCheckpoint, _logStartCheckpoint) = (Log.RecoveryPoint, Log.LogStartOffset);
        }

        private void Cut(long end)
        {
            foreach (var offset in _history.Keys.Where(key => key >= end).ToList())
            {
                _history.Remove(offset);
            }

            _end = end;
            _durableEnd = Math.Min(_durableEnd, end);
            _recoveryPointCheckpoint = Math.Min(_recoveryPointCheckpoint, end);
            _logStartCheckpoint = Math.Min(_logStartCheckpoint, end);
        }

        private void Checkpoint() => (_recoveryPointCheckpoint, _logStartCheckpoint) = (Log.RecoveryPoint, Log.LogStartOffset);

        private void Reopen()
        {
            var start = Log.LogStartOffset;
            _harness.Reopen();
            Assert.Equal(start, Log.LogStartOffset);
            _durableEnd = _end;
            Checkpoint();
            CheckEverything();
        }

        private void Crash()
        {
            Log.Dispose();
            _harness.Files.Crash(_random);
            _harness.Scheduler.Forget();
            var log = _harness.Open(clean: false, _recoveryPointCheckpoint, _logStartCheckpoint);
            Assert.InRange(log.LogEndOffset, _durableEnd, _end);
            Assert.True(log.LogStartOffset >= _logStartCheckpoint);
            Cut(log.LogEndOffset);
            CheckEverything();
        }

        private void CheckEverything()
        {
            Assert.Equal(Expected(Log.LogStartOffset), _harness.ReadAll(_random.Next(100, 2000)));
            CheckProducers();
            foreach (var epoch in Log.LeaderEpochs.Entries)
            {
                Assert.InRange(epoch.StartOffset, Log.LogStartOffset, Log.LogEndOffset);
            }
        }

        private IEnumerable<Entry> Live() => _history.Values.Where(entry => entry.Offset >= Log.LogStartOffset);

        private IEnumerable<(long Offset, string Value)> Expected(long from) =>
            _history.Values.Where(entry => entry.Offset >= from).Select(entry => (entry.Offset, entry.Value));
    }
}
