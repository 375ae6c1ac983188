using System.Globalization;
using Samsa.Protocol;
using Samsa.Protocol.Records;
using Samsa.Storage;
using Samsa.Storage.Compaction;
using Xunit;

namespace Samsa.UnitTests.Storage.Compaction;

/// <summary>
/// Random keyed records, tombstones, transactions, compactions, retention, stops and power cuts, against a plain list. Whoever
/// reads from the start must end with the newest committed value of every key; nothing changes its offset, value or order.
/// </summary>
public sealed class RandomCompactionTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void A_compacted_log_keeps_the_newest_value_of_every_key(int block)
    {
        var seeds = int.Parse(Environment.GetEnvironmentVariable("SAMSA_TEST_SEEDS") ?? "60", CultureInfo.InvariantCulture);
        for (var seed = block * 100_000; seed < (block * 100_000) + seeds; seed++)
        {
            try
            {
                using var run = new Run(seed);
                run.Execute(150);
            }
            catch (Exception)
            {
                output.WriteLine($"seed {seed}");
                throw;
            }
        }
    }

    private enum Outcome
    {
        Committed,
        Open,
        Aborted,
    }

    private sealed record Entry(long Offset, string? Key, string? Value, long Time, long BatchStart, long Producer, int Sequence)
    {
        public bool IsMarker => Key is null;

        public Outcome Outcome { get; set; }
    }

    private sealed class Run : IDisposable
    {
        private const long DeleteRetentionMs = 500;

        private readonly Random _random;
        private readonly CompactionHarness _test;
        private readonly SortedDictionary<long, Entry> _history = [];
        private long _end;
        private long _durableEnd;
        private long _recoveryPointCheckpoint;
        private long _logStartCheckpoint;
        private long _cleanedTo;

        public Run(int seed)
        {
            _random = new Random(seed);
            _test = new CompactionHarness(CompactionHarness.Compacted with
            {
                Delete = _random.Next(3) == 0,
                RetentionMs = -1,
                SegmentBytes = _random.Next(600, 5000),
                SegmentIndexBytes = _random.Next(2) == 0 ? 120 : 4096,
                IndexIntervalBytes = _random.Next(3) * 150,
                DeleteRetentionMs = DeleteRetentionMs,
                MinCompactionLagMs = _random.Next(3) == 0 ? 200 : 0,
                FileDeleteDelayMs = 1000,
            });
            _test.Options = new CleanerOptions
            {
                DedupeBufferBytes = OffsetMap.SlotBytes * (_random.Next(2) == 0 ? _random.Next(2, 12) : 10_000),
                IoBufferBytes = _random.Next(1, 4000),
            };
        }

        private PartitionLog Log => _test.Log;

        public void Execute(int steps)
        {
            for (var i = 0; i < steps; i++)
            {
                Step(_random.Next(100));
                Assert.Equal(_end, Log.LogEndOffset);
            }

            Check();
        }

        public void Dispose() => _test.Dispose();

        private void Step(int dice)
        {
            switch (dice)
            {
                case < 55: Append(); break;
                case < 60: Log.Roll(); break;
                case < 74: Clean(); break;
                case < 78: Check(); break;
                case < 82: _test.Harness.Clock.Advance(_random.Next(2) == 0 ? 20 : DeleteRetentionMs); break;
                case < 84: Retain(); break;
                case < 86: MoveLogStart(); break;
                case < 89: Log.Flush(); _durableEnd = _end; break;
                case < 91: Checkpoint(); break;
                case < 92: TruncateAboveHighWatermark(); break;
                case < 95: _test.Harness.Scheduler.Run(TimeSpan.FromMilliseconds(_random.Next(2) * 1000)); break;
                case < 97: Reopen(); break;
                default: Crash(); break;
            }
        }

        private void Append()
        {
            var producer = _random.NextInt64(1, 9);
            producer = producer > 4 ? -1 : producer;
            if (producer >= 3 && _history.Values.Any(entry => entry.Producer == producer && entry.Outcome == Outcome.Open) && _random.Next(2) == 0)
            {
                AppendMarker(producer, commit: _random.Next(2) == 0);
                return;
            }

            var records = new (string?, string?)[_random.Next(1, 6)];
            for (var i = 0; i < records.Length; i++)
            {
                records[i] = ($"k{_random.Next(12)}", _random.Next(4) == 0 ? null : $"{_end + i}{new string('x', _random.Next(40))}");
            }

            _test.Harness.Clock.Advance(_random.Next(10));
            var time = _test.Harness.Clock.Now;
            var sequence = producer < 0 ? -1 : NextSequence(producer);
            var result = Log.Append(CompactionHarness.Batch(
                new RecordBatchOptions
                {
                    ProducerId = producer,
                    ProducerEpoch = producer < 0 ? (short)-1 : (short)0,
                    BaseSequence = sequence,
                    IsTransactional = producer >= 3,
                    Compression = (CompressionType)_random.Next(5),
                },
                time, records), leaderEpoch: 0, AppendOrigin.Client);
            Assert.Equal((ErrorCode.None, _end, false), (result.Error, result.FirstOffset, result.IsDuplicate));
            var start = _end;
            foreach (var (key, value) in records)
            {
                var delta = (int)(_end - start);
                _history[_end] = new Entry(_end, key, value, time, start, producer, producer < 0 ? -1 : sequence + delta)
                {
                    Outcome = producer >= 3 ? Outcome.Open : Outcome.Committed,
                };
                _end++;
            }

            MoveHighWatermark();
        }

        private void AppendMarker(long producer, bool commit)
        {
            _test.Marker(producer, commit);
            _history[_end] = new Entry(_end, null, null, 0, _end, producer, -1);
            _end++;
            foreach (var entry in _history.Values.Where(entry => entry.Producer == producer && entry.Outcome == Outcome.Open))
            {
                entry.Outcome = commit ? Outcome.Committed : Outcome.Aborted;
            }

            MoveHighWatermark();
        }

        private void MoveHighWatermark()
        {
            if (_random.Next(4) != 0)
            {
                Log.UpdateHighWatermark(_end);
            }
        }

        private int NextSequence(long producer)
        {
            foreach (var known in Log.Producers.ActiveProducers())
            {
                if (known.ProducerId == producer && known.LastSequence < 0)
                {
                    return 0;
                }
            }

            return (_history.Values.LastOrDefault(entry => entry.Producer == producer && entry.Sequence >= 0)?.Sequence ?? -1) + 1;
        }

        private void Clean()
        {
            var range = _test.Range();
            if (range.IsCheckpointWrong)
            {
                _test.Checkpoint = range.FirstDirtyOffset;
            }

            if (range.DirtyBytes == 0)
            {
                return;
            }

            var outcome = _test.Clean(roll: false);
            Assert.True(outcome.IsComplete);
            Assert.True(outcome.EndOffset > range.FirstDirtyOffset);
            Assert.True(outcome.EndOffset <= Log.LastStableOffset);
            _cleanedTo = Math.Max(_cleanedTo, Log.Segments[Log.Segments.FloorIndex(outcome.EndOffset - 1) + 1].BaseOffset);
            _durableEnd = _end;
        }

        private void Retain()
        {
            Log.UpdateConfig(_test.Harness.Config with { RetentionBytes = _random.Next(3) == 0 ? -1 : _random.Next(8000) });
            var start = Log.LogStartOffset;
            Log.ApplyRetention(_test.Harness.Clock.Now);
            Assert.True(Log.Config.Delete || Log.LogStartOffset == start);
        }

        private void MoveLogStart() => Log.IncrementLogStartOffset(
            Math.Min(Log.HighWatermark, Log.LogStartOffset + _random.NextInt64(1 + (_end - Log.LogStartOffset) / 2)));

        private void TruncateAboveHighWatermark()
        {
            var offset = _random.NextInt64(Log.HighWatermark, _end + 1);
            Log.TruncateTo(offset);
            Cut(Log.LogEndOffset);
        }

        private void Cut(long end)
        {
            foreach (var offset in _history.Keys.Where(key => key >= end).ToList())
            {
                var entry = _history[offset];
                _history.Remove(offset);
                if (entry.IsMarker)
                {
                    Reopen(entry.Producer, offset);
                }
            }

            _end = end;
            _durableEnd = Math.Min(_durableEnd, end);
            _recoveryPointCheckpoint = Math.Min(_recoveryPointCheckpoint, end);
            _logStartCheckpoint = Math.Min(_logStartCheckpoint, end);
        }

        // The marker is gone: its transaction is open again.
        private void Reopen(long producer, long marker)
        {
            var first = _history.Values.LastOrDefault(entry => entry.IsMarker && entry.Producer == producer)?.Offset ?? -1;
            foreach (var entry in _history.Values.Where(entry => entry.Producer == producer && entry.Offset > first && entry.Offset < marker))
            {
                entry.Outcome = Outcome.Open;
            }
        }

        private void Checkpoint() => (_recoveryPointCheckpoint, _logStartCheckpoint) = (Log.RecoveryPoint, Log.LogStartOffset);

        private void Reopen()
        {
            var highWatermark = Log.HighWatermark;
            _test.Harness.Reopen();
            Log.UpdateHighWatermark(highWatermark);
            _durableEnd = _end;
            Checkpoint();
            Check();
        }

        private void Crash()
        {
            var highWatermark = Log.HighWatermark;
            Log.Dispose();
            _test.Harness.Files.Crash(_random);
            _test.Harness.Scheduler.Forget();
            _test.Harness.CompactedTo = _test.Checkpoint ?? 0;
            _test.Harness.Config = _test.Harness.Config with { Compact = false };
            _test.Harness.Open(clean: false, _recoveryPointCheckpoint, _logStartCheckpoint);
            _test.Harness.Config = _test.Harness.Config with { Compact = true };
            Log.UpdateConfig(_test.Harness.Config);
            Assert.InRange(Log.LogEndOffset, _durableEnd, _end);
            Log.UpdateHighWatermark(highWatermark);
            Cut(Log.LogEndOffset);
            Check();
        }

        private void Check()
        {
            var start = Log.LogStartOffset;
            var stored = _test.ReadAll().Where(record => record.Offset >= start).ToList();
            Assert.Equal(stored.OrderBy(record => record.Offset), stored);
            foreach (var (offset, key, value) in stored)
            {
                Assert.Equal((key, value), (_history[offset].Key, _history[offset].Value));
            }

            // What no compaction came to is all there.
            var offsets = stored.Select(record => record.Offset).ToHashSet();
            var live = _history.Values.Where(entry => entry.Offset >= start && !entry.IsMarker).ToList();
            Assert.All(live.Where(entry => entry.Offset >= _cleanedTo || entry.Outcome == Outcome.Open), entry => Assert.Contains(entry.Offset, offsets));

            var committed = live.Where(entry => entry.Outcome != Outcome.Aborted).Select(entry => (entry.Offset, entry.Key!, entry.Value)).ToList();
            var shown = CommittedState.Records(_test);
            Assert.Empty(shown.Except(committed));
            Assert.Equal(CommittedState.Of(committed), CommittedState.Of(shown));
            CheckTombstones(live, offsets);
            CheckProducers(start);
        }

        // Whoever reads to the end within the retention of tombstones sees each that is the newest of its key.
        private void CheckTombstones(List<Entry> live, HashSet<long> offsets)
        {
            var young = live.Where(entry => entry.Outcome == Outcome.Committed)
                .GroupBy(entry => entry.Key).Select(group => group.Last())
                .Where(entry => entry.Value is null && _test.Harness.Clock.Now - entry.Time < DeleteRetentionMs);
            Assert.All(young, entry => Assert.Contains(entry.Offset, offsets));
        }

        private void CheckProducers(long start)
        {
            var known = Log.Producers.ActiveProducers().ToDictionary(producer => producer.ProducerId, producer => producer.LastSequence);
            foreach (var producer in (long[])[1, 2, 3, 4])
            {
                var last = _history.Values.LastOrDefault(entry => entry.Producer == producer && entry.Sequence >= 0);
                var sequence = known.GetValueOrDefault(producer, -1);
                Assert.True(
                    last is null || sequence == last.Sequence || (sequence == -1 && last.BatchStart < start),
                    $"producer {producer} is at {sequence}, the log at {last?.Sequence}");
            }
        }
    }
}
