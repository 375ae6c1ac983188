using System.Globalization;
using Samsa.Protocol;
using Samsa.Storage;
using Xunit;

namespace Samsa.UnitTests.Storage.Log;

/// <summary>
/// Random operations on a log, against a plain list. Crashes keep a random part of what was not flushed; what was flushed
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
        for (var seed = block * 1000; seed < (block * 1000) + 60; seed++)
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

    private sealed record Entry(long Offset, string Value, long Timestamp, long BatchStart);

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
            var values = new string[_random.Next(1, 5)];
            for (var i = 0; i < values.Length; i++)
            {
                values[i] = $"{_end + i}:{_random.Next()}{new string('x', _random.Next(60))}";
            }

            _harness.Clock.Advance(_random.Next(4) == 0 ? 0 : _random.Next(50));
            var timestamp = _harness.Clock.Now - _random.Next(30);
            var result = _harness.Append(LogHarness.Batch(timestamp, values), _epoch);
            Assert.Equal((ErrorCode.None, _end), (result.Error, result.FirstOffset));
            var start = _end;
            foreach (var value in values)
            {
                _history[_end] = new Entry(_end, value, timestamp + (_end - start), start);
                _end++;
            }

            Assert.Equal(_end - 1, result.LastOffset);
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
            var stored = _harness.FileNames().First(name => name.EndsWith(".log", StringComparison.Ordinal));
            var isBelowAll = offset < long.Parse(stored[..20], CultureInfo.InvariantCulture);
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
