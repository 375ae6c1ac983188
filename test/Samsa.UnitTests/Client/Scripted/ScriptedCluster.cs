using System.Collections.Concurrent;
using Samsa.Client.Connections;
using Samsa.Protocol;
using Samsa.Protocol.Messages;

namespace Samsa.UnitTests.Client.Scripted;

/// <summary>
/// Brokers that answer what a test tells them to, without sockets. Every address is a broker; what it answers is decided by
/// <see cref="On"/>, and what happens to the bytes by <see cref="Faults"/>.
/// </summary>
internal sealed class ScriptedCluster : IConnector
{
    private readonly ConcurrentDictionary<ApiKey, Func<ScriptedRequest, Task<IMessage?>>> _handlers = new();
    private readonly ConcurrentDictionary<ApiKey, (short Lowest, short Highest)> _versions = new();
    private readonly ConcurrentQueue<ScriptedRequest> _received = new();
    private int _connections;

    public ScriptedCluster()
    {
        On(ApiKey.ApiVersions, _ => ApiVersionsAnswer());
    }

    /// <summary>What goes wrong; shared by all connections.</summary>
    public ScriptedFaults Faults { get; } = new();

    /// <summary>Every request so far, in the order of their arrival.</summary>
    public IReadOnlyCollection<ScriptedRequest> Received => _received;

    /// <summary>The connections made so far.</summary>
    public int Connections => Volatile.Read(ref _connections);

    /// <summary>The requests for one API so far.</summary>
    public IEnumerable<TRequest> Requests<TRequest>() where TRequest : IMessage => _received.Select(r => r.Message).OfType<TRequest>();

    /// <summary>Answers an API; null is no answer at all.</summary>
    public ScriptedCluster On(ApiKey key, Func<ScriptedRequest, IMessage?> answer) => OnAsync(key, request => Task.FromResult(answer(request)));

    /// <summary>Answers an API in time.</summary>
    public ScriptedCluster OnAsync(ApiKey key, Func<ScriptedRequest, Task<IMessage?>> answer)
    {
        _handlers[key] = answer;
        return this;
    }

    /// <summary>Advertises a range of versions other than all that there are.</summary>
    public ScriptedCluster Serving(ApiKey key, short lowest, short highest)
    {
        _versions[key] = (lowest, highest);
        return this;
    }

    public ValueTask<IConnectionTransport> ConnectAsync(BrokerAddress address, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        if (Faults.RefusedAddresses.ContainsKey(address))
        {
            throw new IOException($"Connection to {address} could not be established: refused by the script");
        }

        Interlocked.Increment(ref _connections);
        return ValueTask.FromResult<IConnectionTransport>(new ScriptedTransport(this, address));
    }

    internal async Task<IMessage?> AnswerAsync(ScriptedRequest request)
    {
        _received.Enqueue(request);
        return _handlers.TryGetValue(request.Key, out var handler)
            ? await handler(request)
            : throw new InvalidOperationException($"The script has no answer to {request.Key}.");
    }

    internal (short Lowest, short Highest) VersionsOf(ApiKey key) =>
        _versions.TryGetValue(key, out var range) ? range
            : MessageRegistry.Request(key) is { } request ? (request.LowestVersion, request.HighestVersion)
            : throw new InvalidOperationException($"{key} is no API.");

    private ApiVersionsResponse ApiVersionsAnswer() => new()
    {
        ApiKeys = [.. _handlers.Keys.Order().Select(key => new ApiVersionsResponse.ApiVersion
        {
            ApiKey = (short)key,
            MinVersion = VersionsOf(key).Lowest,
            MaxVersion = VersionsOf(key).Highest,
        })],
    };
}
