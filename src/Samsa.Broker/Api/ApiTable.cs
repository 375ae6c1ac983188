using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Protocol.Wire;

namespace Samsa.Broker.Api;

/// <summary>
/// The one list of what this broker serves: requests are dispatched by it, ApiVersions answers from it, and
/// <c>docs/conformance.md</c> is compared with it. Filled while the broker starts, by one thread; read-only afterwards.
/// </summary>
public sealed class ApiTable
{
    private readonly SortedList<short, ApiEntry> _entries = [];
    private ApiEntry?[] _byKey = new ApiEntry?[128];

    /// <summary>Creates an empty table.</summary>
    /// <param name="serveUnstableVersions"><c>unstable.api.versions.enable</c>: serve versions that Kafka marks unstable.</param>
    public ApiTable(bool serveUnstableVersions = false) => ServesUnstableVersions = serveUnstableVersions;

    /// <summary>Whether versions that Kafka marks unstable are served.</summary>
    public bool ServesUnstableVersions { get; }

    /// <summary>Every API served, by ascending key.</summary>
    public IList<ApiEntry> Entries => _entries.Values;

    /// <summary>
    /// Adds an API. The range is narrowed to the versions that the message registry knows and, unless asked for, to the
    /// stable ones: it is enough to name the range that the handler was written for.
    /// </summary>
    /// <exception cref="ArgumentException">The API is in the table already, is not in the registry, or no version is left.</exception>
    public ApiTable Add<TRequest>(ApiKey key, short minVersion, short maxVersion, ApiHandler<TRequest> handler)
        where TRequest : class, IMessage, new()
    {
        ArgumentNullException.ThrowIfNull(handler);
        var descriptor = MessageRegistry.Request(key)
            ?? throw new ArgumentException($"{key} is not in the message registry.", nameof(key));
        var newest = descriptor.LatestVersionUnstable && !ServesUnstableVersions
            ? (short)(descriptor.HighestVersion - 1)
            : descriptor.HighestVersion;
        minVersion = Math.Max(minVersion, descriptor.LowestVersion);
        maxVersion = Math.Min(maxVersion, newest);
        if (minVersion > maxVersion)
        {
            throw new ArgumentException(
                $"No version of {key} is left to serve: the registry has {descriptor.LowestVersion} to {newest}.", nameof(maxVersion));
        }

        if (!_entries.TryAdd((short)key, new Entry<TRequest>(key, minVersion, maxVersion, handler)))
        {
            throw new ArgumentException($"{key} is in the table already.", nameof(key));
        }

        if ((short)key >= _byKey.Length)
        {
            Array.Resize(ref _byKey, (short)key + 1);
        }

        _byKey[(short)key] = _entries[(short)key];
        return this;
    }

    /// <summary>The entry of an API key as sent by a client, or null.</summary>
    public ApiEntry? Find(short key) => (ushort)key < (uint)_byKey.Length ? _byKey[key] : null;

    private sealed class Entry<TRequest>(ApiKey key, short minVersion, short maxVersion, ApiHandler<TRequest> handler)
        : ApiEntry(key, minVersion, maxVersion)
        where TRequest : class, IMessage, new()
    {
        public override IMessage Decode(ref WireReader reader, short version)
        {
            var request = new TRequest();
            request.Read(ref reader, version);
            return request;
        }

        public override ValueTask<IMessage?> InvokeAsync(RequestContext context, IMessage request) =>
            handler(context, (TRequest)request);
    }
}
