using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Protocol.Wire;

namespace Samsa.Broker.Api;

/// <summary>One line of the <see cref="ApiTable"/>: an API, the versions it is served in, and its handler.</summary>
public abstract class ApiEntry
{
    private protected ApiEntry(ApiKey key, short minVersion, short maxVersion)
    {
        Key = key;
        MinVersion = minVersion;
        MaxVersion = maxVersion;
    }

    /// <summary>The API.</summary>
    public ApiKey Key { get; }

    /// <summary>The oldest version served.</summary>
    public short MinVersion { get; }

    /// <summary>The newest version served.</summary>
    public short MaxVersion { get; }

    /// <summary>True when <paramref name="version"/> is served.</summary>
    public bool Serves(short version) => version >= MinVersion && version <= MaxVersion;

    /// <summary>Decodes the body of a request.</summary>
    /// <exception cref="ProtocolViolationException">The bytes are no such request.</exception>
    public abstract IMessage Decode(ref WireReader reader, short version);

    /// <summary>Runs the handler on a request that <see cref="Decode"/> made.</summary>
    public abstract ValueTask<IMessage?> InvokeAsync(RequestContext context, IMessage request);
}
