using System.Globalization;
using System.Text;
using Samsa.Client;
using Samsa.Client.Producer;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Xunit;

namespace Samsa.UnitTests.Client.Producer;

/// <summary>What becomes of records when something goes wrong between producer and broker.</summary>
public sealed class ProducerFaultTests
{
    private const string Topic = ProducerScene.Topic;

    private readonly ProducerScene _scene = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_connection_cut_at_any_byte_of_an_answer_loses_and_duplicates_nothing()
    {
        await using var producer = _scene.Start();
        var sent = new List<string>();
        var answerLength = 0;
        _scene.Cluster.Faults.Next(ApiKey.Produce, frame =>
        {
            answerLength = frame.Length;
            return frame;
        });
        await Send("first");
        Assert.InRange(answerLength, 40, 200);

        for (var cut = 0; cut < answerLength; cut++)
        {
            _scene.Cluster.Faults.CutNext(ApiKey.Produce, cut);
            await Send(string.Create(CultureInfo.InvariantCulture, $"cut after {cut}"));
        }

        Assert.Equal(sent, _scene.Log.Values(0));
        Assert.Empty(_scene.Reported);

        async Task Send(string value)
        {
            sent.Add(value);
            var result = await producer.ProduceAsync(Topic, default, Encoding.UTF8.GetBytes(value), Cancellation);
            Assert.Equal(sent.Count - 1, result.Offset);
        }
    }

    [Fact]
    public async Task A_handler_of_failures_that_blocks_holds_up_no_other_record()
    {
        var scene = new ProducerScene(partitions: 2);
        using var blocked = new ManualResetEventSlim();
        using var goOn = new ManualResetEventSlim();
        scene.Options.DeliveryFailed = (in FailedRecord _) =>
        {
            blocked.Set();
            goOn.Wait(TimeSpan.FromSeconds(30));
        };
        scene.Cluster.On(ApiKey.Produce, r => scene.Log.Answer(
            (ProduceRequest)r.Message, partition => partition == 0 ? ErrorCode.InvalidRecord : ErrorCode.None));
        await using var producer = scene.Start();
        try
        {
            var refused = producer.ProduceAsync(new ProducerRecord { Topic = Topic, Partition = 0, Value = Bytes(0) }, Cancellation).AsTask();
            await Conditions.Until(() => blocked.IsSet);

            var stored = await producer.ProduceAsync(new ProducerRecord { Topic = Topic, Partition = 1, Value = Bytes(1) }, Cancellation);

            Assert.Equal(0, stored.Offset);
            Assert.False(refused.IsCompleted);
            goOn.Set();
            Assert.Equal(ErrorCode.InvalidRecord, (await Assert.ThrowsAsync<KafkaException>(() => refused)).ErrorCode);
        }
        finally
        {
            goOn.Set();
        }
    }

    [Fact]
    public async Task Records_follow_their_partition_to_another_leader()
    {
        var asked = 0;
        _scene.Cluster.On(ApiKey.Produce, r =>
        {
            // The first broker has lost the partition, and the cluster tells of it a little later.
            if (ProducerScene.Broker(r) == 1)
            {
                _scene.Leaders[0] = ++asked < 3 ? 1 : 2;
                return _scene.Log.Answer((ProduceRequest)r.Message, _ => ErrorCode.NotLeaderOrFollower);
            }

            return _scene.Log.Answer((ProduceRequest)r.Message);
        });
        await using var producer = _scene.Start();

        var results = Enumerable.Range(0, 20).Select(i => producer.ProduceAsync(Topic, default, Bytes(i), Cancellation).AsTask()).ToList();

        Assert.Equal(Enumerable.Range(0, 20).Select(i => (long)i), (await Task.WhenAll(results)).Select(r => r.Offset));
        Assert.Equal(Enumerable.Range(0, 20).Select(Text), _scene.Log.Values(0));
        Assert.Contains(_scene.Cluster.Received, r => r.Key == ApiKey.Produce && ProducerScene.Broker(r) == 2);
    }

    [Fact]
    public async Task Batches_behind_a_failed_one_do_not_overtake_it()
    {
        _scene.Options.BatchSize = 0;
        var answers = new List<TaskCompletionSource>();
        var requests = 0;
        _scene.Cluster.OnAsync(ApiKey.Produce, async r =>
        {
            var number = Interlocked.Increment(ref requests);
            if (number == 1)
            {
                // Refused, but only once the next four have been sent.
                await Conditions.Until(() => Volatile.Read(ref requests) >= ProducerOptions.MostInFlightWithIdempotence);
                return _scene.Log.Answer((ProduceRequest)r.Message, _ => ErrorCode.NotEnoughReplicas);
            }

            return _scene.Log.Answer((ProduceRequest)r.Message);
        });
        await using var producer = _scene.Start();

        var results = Enumerable.Range(0, 12).Select(i => producer.ProduceAsync(Topic, default, Bytes(i), Cancellation).AsTask()).ToList();

        Assert.Equal(Enumerable.Range(0, 12).Select(i => (long)i), (await Task.WhenAll(results)).Select(r => r.Offset));
        Assert.Equal(Enumerable.Range(0, 12).Select(Text), _scene.Log.Values(0));
        Assert.Single(_scene.Log.Batches(0).Select(b => (b.ProducerId, b.Epoch)).Distinct());
    }

    [Fact]
    public async Task No_more_requests_are_under_way_than_allowed()
    {
        _scene.Options.BatchSize = 0;
        _scene.Options.MaxInFlightRequestsPerConnection = 3;
        var gate = new TaskCompletionSource();
        await using var producer = _scene.Start();

        // The first batch goes alone.
        await producer.ProduceAsync(Topic, default, Bytes(0), Cancellation);
        _scene.Cluster.OnAsync(ApiKey.Produce, async r =>
        {
            await gate.Task;
            return _scene.Log.Answer((ProduceRequest)r.Message);
        });
        for (var i = 1; i < 20; i++)
        {
            await producer.SendAsync(Topic, default, Bytes(i), Cancellation);
        }

        await Conditions.Until(() => _scene.Cluster.Requests<ProduceRequest>().Count() == 4);
        var flush = producer.FlushAsync(Cancellation);
        Assert.False(flush.IsCompleted);
        Assert.Equal(4, _scene.Cluster.Requests<ProduceRequest>().Count());

        gate.SetResult();
        await flush;
        Assert.Equal(Enumerable.Range(0, 20).Select(Text), _scene.Log.Values(0));
    }

    [Theory]
    [InlineData(ErrorCode.UnknownProducerId)]
    [InlineData(ErrorCode.OutOfOrderSequenceNumber)]
    public async Task A_broker_that_lost_the_producers_state_gets_a_new_epoch(ErrorCode error)
    {
        await using var producer = _scene.Start();
        await producer.ProduceAsync(Topic, default, "before"u8, Cancellation);
        _scene.Log.ForgetProducers(0);
        if (error == ErrorCode.OutOfOrderSequenceNumber)
        {
            var refused = 0;
            _scene.Cluster.On(ApiKey.Produce, r => _scene.Log.Answer(
                (ProduceRequest)r.Message, _ => Interlocked.Increment(ref refused) == 1 ? error : ErrorCode.None));
        }

        await producer.ProduceAsync(Topic, default, "after"u8, Cancellation);
        await producer.ProduceAsync(Topic, default, "later"u8, Cancellation);

        Assert.Equal(["before", "after", "later"], _scene.Log.Values(0));
        Assert.Equal([(1, 0), (1, 1)], _scene.Log.Batches(0).Select(b => ((int)b.Epoch, b.Sequence)));
        Assert.Equal(1, _scene.ProducerIds);
    }

    [Fact]
    public async Task Duplicate_sequence_is_success_with_an_unknown_offset()
    {
        _scene.Cluster.On(ApiKey.Produce, r => _scene.Log.Answer((ProduceRequest)r.Message, _ => ErrorCode.DuplicateSequenceNumber));
        await using var producer = _scene.Start();

        Assert.Equal(-1, (await producer.ProduceAsync(Topic, default, "v"u8, Cancellation)).Offset);
    }

    [Fact]
    public async Task A_batch_too_large_for_the_broker_is_split_and_the_next_ones_are_smaller()
    {
        const int LargestBatch = 2000;
        var refused = 0;
        _scene.Options.Linger = TimeSpan.FromMinutes(1);
        _scene.Cluster.On(ApiKey.Produce, r => _scene.Log.Answer((ProduceRequest)r.Message, _ =>
        {
            var tooLarge = ((ProduceRequest)r.Message).TopicData[0].PartitionData[0].Records.Length > LargestBatch;
            refused += tooLarge ? 1 : 0;
            return tooLarge ? ErrorCode.MessageTooLarge : ErrorCode.None;
        }));
        await using var producer = _scene.Start();
        await producer.GetTopicAsync(Topic, Cancellation);

        await SendAsync(0);
        var refusedAtFirst = refused;
        await SendAsync(100);

        Assert.Equal(Enumerable.Range(0, 200).Select(Value), _scene.Log.Values(0));
        Assert.InRange(refusedAtFirst, 1, 20);
        Assert.Equal(refusedAtFirst, refused);
        Assert.Single(_scene.Log.Batches(0).Select(b => b.Epoch).Distinct());

        var failure = await Failure(() => producer.ProduceAsync(Topic, default, new byte[LargestBatch], Cancellation));
        Assert.Equal(ErrorCode.MessageTooLarge, failure.ErrorCode);
        await Conditions.Until(() => producer.BufferedBytes == 0);

        async Task SendAsync(int first)
        {
            var results = Enumerable.Range(first, 100)
                .Select(i => producer.ProduceAsync(Topic, default, Encoding.UTF8.GetBytes(Value(i)), Cancellation).AsTask()).ToList();
            await producer.FlushAsync(Cancellation);
            Assert.Equal(Enumerable.Range(first, 100).Select(i => (long)i), (await Task.WhenAll(results)).Select(r => r.Offset));
        }

        static string Value(int i) => i.ToString("D90", CultureInfo.InvariantCulture);

        // The partition's flush is what sends: linger is a minute here.
        async Task<KafkaException> Failure(Func<ValueTask<RecordMetadata>> send)
        {
            var sending = send().AsTask();
            await producer.FlushAsync(Cancellation);
            return await Assert.ThrowsAsync<KafkaException>(() => sending);
        }
    }

    [Fact]
    public async Task A_refusal_that_cannot_pass_fails_the_batch_and_the_next_one_is_stored()
    {
        var requests = 0;
        _scene.Cluster.On(ApiKey.Produce, r => _scene.Log.Answer(
            (ProduceRequest)r.Message, _ => ++requests == 1 ? ErrorCode.InvalidRecord : ErrorCode.None));
        await using var producer = _scene.Start();

        var failure = await Assert.ThrowsAsync<KafkaException>(() => producer.ProduceAsync(Topic, default, "bad"u8, Cancellation).AsTask());
        await producer.ProduceAsync(Topic, default, "good"u8, Cancellation);

        Assert.Equal(ErrorCode.InvalidRecord, failure.ErrorCode);
        Assert.Equal([("bad", ErrorCode.InvalidRecord)], _scene.Reported);
        Assert.Equal(["good"], _scene.Log.Values(0));
    }

    [Fact]
    public async Task What_is_not_answered_in_time_has_failed_and_what_follows_is_stored_once()
    {
        var silent = true;
        _scene.Options.RequestTimeout = TimeSpan.FromMilliseconds(100);
        _scene.Options.DeliveryTimeout = TimeSpan.FromMilliseconds(250);
        _scene.Cluster.OnAsync(ApiKey.Produce, async r =>
        {
            var answer = _scene.Log.Answer((ProduceRequest)r.Message);
            return silent ? await new TaskCompletionSource<IMessage?>().Task : answer;
        });
        await using var producer = _scene.Start();

        var failure = await Assert.ThrowsAsync<KafkaException>(() => producer.ProduceAsync(Topic, default, "lost sight of"u8, Cancellation).AsTask());
        Volatile.Write(ref silent, false);
        var delivered = new List<string>();
        var failed = new List<string>();
        for (var i = 0; i < 5; i++)
        {
            try
            {
                await producer.ProduceAsync(Topic, default, Bytes(i), Cancellation);
                delivered.Add(Text(i));
            }
            catch (KafkaException)
            {
                // A quarter of a second may be too short here; then it is reported.
                failed.Add(Text(i));
            }
        }

        Assert.Equal(ErrorCode.RequestTimedOut, failure.ErrorCode);
        Assert.Contains(("lost sight of", ErrorCode.RequestTimedOut), _scene.Reported);
        Assert.Equal(["lost sight of", .. failed], _scene.Reported.Select(report => report.Item1));
        var stored = _scene.Log.Values(0);
        Assert.Equal(stored.Distinct(), stored);
        Assert.Empty(delivered.Except(stored));
    }

    [Fact]
    public async Task Records_for_a_partition_without_leader_expire()
    {
        _scene.Leaders[0] = -1;
        _scene.Options.RequestTimeout = TimeSpan.FromMilliseconds(20);
        _scene.Options.DeliveryTimeout = TimeSpan.FromMilliseconds(50);
        await using var producer = _scene.Start();

        var failure = await Assert.ThrowsAsync<KafkaException>(
            () => producer.ProduceAsync(new ProducerRecord { Topic = Topic, Partition = 0 }, Cancellation).AsTask());

        Assert.Equal(ErrorCode.RequestTimedOut, failure.ErrorCode);
        Assert.Contains("delivery.timeout.ms", failure.Message, StringComparison.Ordinal);
        await Conditions.Until(() => producer.BufferedBytes == 0);
    }

    [Fact]
    public async Task A_producer_that_gets_no_id_fails_its_records()
    {
        _scene.Cluster.On(ApiKey.InitProducerId, _ => new InitProducerIdResponse { ErrorCode = ErrorCode.ClusterAuthorizationFailed });
        await using var producer = _scene.Start();

        var failure = await Assert.ThrowsAsync<KafkaException>(() => producer.ProduceAsync(Topic, default, "v"u8, Cancellation).AsTask());

        Assert.Equal(ErrorCode.ClusterAuthorizationFailed, failure.ErrorCode);
    }

    private static string Text(int i) => i.ToString(CultureInfo.InvariantCulture);

    private static byte[] Bytes(int i) => Encoding.UTF8.GetBytes(Text(i));
}
