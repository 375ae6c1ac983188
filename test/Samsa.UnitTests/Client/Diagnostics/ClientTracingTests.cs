using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using Samsa.Client;
using Samsa.Client.Diagnostics;
using Samsa.Client.Producer;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Protocol.Records;
using Samsa.UnitTests.Client.Consumer;
using Samsa.UnitTests.Client.Producer;
using Xunit;

namespace Samsa.UnitTests.Client.Diagnostics;

/// <summary>A trace goes from the caller of the producer through the record's headers into the program that reads it.</summary>
[Collection(nameof(ListeningTests))]
public sealed class ClientTracingTests : IDisposable
{
    private const string Topic = ProducerScene.Topic;
    private readonly ActivitySource _program = new("program");
    private readonly ActivityListener _listener;
    private readonly ConcurrentQueue<Activity> _ended = new();
    private ActivitySamplingResult _sampling = ActivitySamplingResult.AllDataAndRecorded;

    public ClientTracingTests()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is KafkaTelemetry.ActivitySourceName or "program",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => _sampling,
            ActivityStopped = _ended.Enqueue,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _listener.Dispose();
        _program.Dispose();
    }

    [Fact]
    public async Task ProduceAsync_is_a_span_in_the_callers_trace_and_the_record_names_it()
    {
        var scene = Capturing(out var headers);
        scene.Options.ClientId = "traced";
        await using var producer = scene.Start();
        using var caller = _program.StartActivity("caller")!;
        caller.TraceStateString = "vendor=1";

        var sending = producer.ProduceAsync(Topic, "k"u8, "value"u8, Cancellation);
        Assert.Same(caller, Activity.Current);
        await sending;

        var span = Assert.Single(_ended, a => a.OperationName == $"send {Topic}");
        Assert.Equal((ActivityKind.Producer, caller.SpanId, caller.TraceId), (span.Kind, span.ParentSpanId, span.TraceId));
        Assert.Equal(ActivityStatusCode.Unset, span.Status);
        Assert.Equal(
            [
                ("messaging.client.id", "traced"), ("messaging.destination.name", Topic), ("messaging.destination.partition.id", "0"),
                ("messaging.kafka.offset", 0L), ("messaging.message.body.size", 5), ("messaging.operation.name", "send"),
                ("messaging.operation.type", "send"), ("messaging.system", "kafka"),
            ],
            span.TagObjects.Select(t => (t.Key, t.Value)).OrderBy(t => t.Key, StringComparer.Ordinal));
        Assert.Equal([("traceparent", span.Id), ("tracestate", "vendor=1")], headers.Single());
    }

    [Fact]
    public async Task A_record_that_is_sent_and_forgotten_has_a_span_until_its_delivery()
    {
        var scene = Capturing(out var headers);
        scene.Options.Linger = TimeSpan.FromMinutes(1);
        await using var producer = scene.Start();
        await producer.GetTopicAsync(Topic, Cancellation);

        await producer.SendAsync(new ProducerRecord { Topic = Topic, Headers = new[] { new RecordHeader("own", [1]) } }, Cancellation);
        Assert.True(producer.TrySend(Topic, default, "b"u8));
        Assert.Empty(_ended);
        await producer.FlushAsync(Cancellation);
        await Producer.Conditions.Until(() => _ended.Count == 2);

        Assert.Equal([0L, 1L], _ended.Select(a => a.GetTagItem("messaging.kafka.offset")).Order());
        Assert.Contains(_ended, a => Equals(a.GetTagItem("messaging.kafka.message.tombstone"), true));
        Assert.Equal(["own", "traceparent"], headers.First().Select(h => h.Key));
        Assert.Equal(_ended.Select(a => a.Id).Order(), headers.Select(h => h[^1].Value).Order());
    }

    [Fact]
    public async Task A_failure_is_the_status_of_the_span()
    {
        var scene = new ProducerScene();
        scene.Cluster.On(ApiKey.Produce, r => scene.Log.Answer((ProduceRequest)r.Message, _ => ErrorCode.InvalidRecord));
        await using var producer = scene.Start();
        await Assert.ThrowsAsync<KafkaException>(async () => await producer.ProduceAsync(Topic, default, "x"u8, Cancellation));
        await producer.SendAsync(Topic, default, "y"u8, Cancellation);
        await Assert.ThrowsAsync<KafkaException>(async () => await producer.SendAsync(
            new ProducerRecord { Topic = Topic, Partition = 7 }, Cancellation));
        await Producer.Conditions.Until(() => _ended.Count == 3);

        Assert.All(_ended, a => Assert.Equal(ActivityStatusCode.Error, a.Status));
        Assert.Equal(
            ["INVALID_RECORD", "INVALID_RECORD", "UNKNOWN_TOPIC_OR_PARTITION"],
            _ended.Select(a => (string?)a.GetTagItem("error.type")).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_record_that_TrySend_leaves_to_the_caller_has_no_span()
    {
        var scene = new ProducerScene();
        await using var producer = scene.Start();

        Assert.False(producer.TrySend(Topic, default, "not known yet"u8));

        Assert.False(Assert.Single(_ended).Recorded);
    }

    [Fact]
    public async Task A_trace_that_is_not_sampled_still_goes_along()
    {
        var scene = Capturing(out var headers);
        await using var producer = scene.Start();
        using var caller = _program.StartActivity("caller")!;
        _sampling = ActivitySamplingResult.None;

        await producer.ProduceAsync(Topic, default, "x"u8, Cancellation);

        Assert.Equal([("traceparent", caller.Id)], headers.Single());
        Assert.Empty(_ended);
    }

    [Fact]
    public async Task A_record_with_a_trace_of_its_own_keeps_it()
    {
        const string Own = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        var scene = Capturing(out var headers);
        await using var producer = scene.Start();

        await producer.ProduceAsync(
            new ProducerRecord { Topic = Topic, Headers = new[] { new RecordHeader("traceparent", Encoding.ASCII.GetBytes(Own)) } }, Cancellation);

        Assert.Equal([("traceparent", Own)], headers.Single());
        Assert.Equal("0af7651916cd43dd8448eb211c80319c", Assert.Single(Assert.Single(_ended).Links).Context.TraceId.ToHexString());
    }

    [Fact]
    public async Task A_batch_that_came_is_a_span_with_links_and_the_work_goes_on_with_the_trace()
    {
        const string Made = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        var stage = new ConsumerStage();
        stage.Options.GroupId = "g";
        stage.First.Add(Batches.Make(default, 3, new RecordHeader("traceparent", Encoding.ASCII.GetBytes(Made)), new RecordHeader("tracestate", "v=2"u8.ToArray())));
        stage.First.Add(1);
        await using var consumer = stage.Typed();
        consumer.Assign(stage.First.Id);
        var records = await consumer.TakeAsync(4);
        using var around = _program.StartActivity("around")!;

        using (var processing = consumer.StartProcessing(records[1]))
        {
            Assert.Same(processing.Activity, Activity.Current);
        }

        Assert.Same(around, Activity.Current);
        using (var processing = consumer.StartProcessing(records[3]))
        {
            processing.Fail(new FormatException("bad"));
        }

        var polls = _ended.Where(a => a.OperationName == $"poll {ConsumerStage.Topic}").ToList();
        Assert.Equal([3, 1], polls.Select(p => p.GetTagItem("messaging.batch.message_count")));
        Assert.Equal("b7ad6b7169203331", Assert.Single(polls[0].Links).Context.SpanId.ToHexString());
        Assert.Empty(polls[1].Links);
        Assert.Equal((ActivityKind.Client, "receive"), (polls[0].Kind, polls[0].GetTagItem("messaging.operation.type")));
        var works = _ended.Where(a => a.OperationName == $"process {ConsumerStage.Topic}").ToList();
        Assert.Equal(("b7ad6b7169203331", "v=2"), (works[0].ParentSpanId.ToHexString(), works[0].TraceStateString));
        Assert.Equal(around.SpanId, Assert.Single(works[0].Links).Context.SpanId);
        Assert.Equal((1L, "g", "0"), (works[0].GetTagItem("messaging.kafka.offset"), works[0].GetTagItem("messaging.consumer.group.name"), works[0].GetTagItem("messaging.destination.partition.id")));
        Assert.Equal((around.SpanId, ActivityStatusCode.Error), (works[1].ParentSpanId, works[1].Status));
    }

    [Fact]
    public async Task The_work_on_a_raw_record_goes_on_with_its_trace()
    {
        const string Made = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        var stage = new ConsumerStage();
        stage.First.Add(Batches.Make(default, 1, new RecordHeader("traceparent", Encoding.ASCII.GetBytes(Made))));
        await using var consumer = stage.Raw();
        consumer.Assign(stage.First.Id);
        var batch = (await consumer.PollBatchAsync(Consumer.Conditions.Limit, Cancellation))!;

        foreach (var record in batch)
        {
            using var processing = batch.StartProcessing(record);
            Assert.Equal("b7ad6b7169203331", processing.Activity!.ParentSpanId.ToHexString());
        }
    }

    private static ProducerScene Capturing(out ConcurrentQueue<List<(string Key, string? Value)>> headers)
    {
        var scene = new ProducerScene();
        ConcurrentQueue<List<(string Key, string? Value)>> captured = new();
        headers = captured;
        scene.Cluster.On(ApiKey.Produce, r =>
        {
            var request = (ProduceRequest)r.Message;
            using var reader = new RecordReader();
            foreach (var record in reader.Read(request.TopicData[0].PartitionData[0].Records.ToArray()))
            {
                List<(string Key, string? Value)> own = [];
                foreach (var header in record.Headers)
                {
                    own.Add((header.KeyText, header.Value.IsNull ? null : Encoding.ASCII.GetString(header.Value.Span)));
                }

                captured.Enqueue(own);
            }

            return scene.Log.Answer(request);
        });
        return scene;
    }
}
