using System.Collections.Concurrent;
using Samsa.Client.Connections;
using Samsa.Protocol;

namespace Samsa.UnitTests.Client.Scripted;

/// <summary>What goes wrong between client and scripted broker. Each fault is for one API, so that the others set the stage.</summary>
internal sealed class ScriptedFaults
{
    private readonly ConcurrentDictionary<ApiKey, ConcurrentQueue<Func<byte[], byte[]?>>> _answers = new();

    /// <summary>Addresses at which nobody listens.</summary>
    public ConcurrentDictionary<BrokerAddress, bool> RefusedAddresses { get; } = new();

    /// <summary>The next answer to <paramref name="key"/> ends after so many bytes, and the connection with it.</summary>
    public void CutNext(ApiKey key, int afterBytes) => Next(key, frame => afterBytes < frame.Length ? frame[..afterBytes] : frame);

    /// <summary>The next answer to <paramref name="key"/> is changed (its length field included); shorter than before ends the connection.</summary>
    public void Next(ApiKey key, Func<byte[], byte[]?> change) => _answers.GetOrAdd(key, _ => new()).Enqueue(change);

    /// <summary>What happens to the answer of a request that arrives now.</summary>
    internal Func<byte[], byte[]?>? Take(ApiKey key) =>
        _answers.TryGetValue(key, out var changes) && changes.TryDequeue(out var change) ? change : null;
}
