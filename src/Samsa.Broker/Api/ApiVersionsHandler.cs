using Samsa.Protocol;
using Samsa.Protocol.Messages;

namespace Samsa.Broker.Api;

/// <summary>
/// ApiVersions, v0 to v5: what the <see cref="ApiTable"/> serves. Features as Kafka 3.9 in ZooKeeper mode answers: none supported,
/// none finalized, epoch 0. A request of an unknown version is answered before it gets here, see <see cref="ParsedRequest"/>.
/// </summary>
public sealed class ApiVersionsHandler
{
    private readonly ApiTable _table;
    private readonly string _clusterId;
    private readonly int _brokerId;
    private List<ApiVersionsResponse.ApiVersion>? _served;

    /// <summary>Creates the handler of a broker.</summary>
    /// <param name="table">What is served; it may be filled further until the first request.</param>
    /// <param name="clusterId">Compared with what v5 requests expect (KIP-1242).</param>
    /// <param name="brokerId">Compared with what v5 requests expect (KIP-1242).</param>
    public ApiVersionsHandler(ApiTable table, string clusterId, int brokerId)
    {
        _table = table;
        _clusterId = clusterId;
        _brokerId = brokerId;
    }

    /// <summary>Answers at once.</summary>
    public ValueTask<IMessage?> HandleAsync(RequestContext context, ApiVersionsRequest request)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(request);
        if (context.ApiVersion >= 3)
        {
            if (!IsSoftwareName(request.ClientSoftwareName) || !IsSoftwareName(request.ClientSoftwareVersion))
            {
                return Answer(new ApiVersionsResponse { ErrorCode = ErrorCode.InvalidRequest });
            }

            context.Connection.ClientSoftwareName = request.ClientSoftwareName;
            context.Connection.ClientSoftwareVersion = request.ClientSoftwareVersion;
        }

        if (request.ClusterId is not null && (request.ClusterId != _clusterId || request.NodeId != _brokerId))
        {
            // KIP-1242: the client meant another broker; an address has changed hands since it learned of it.
            return Answer(new ApiVersionsResponse { ErrorCode = ErrorCode.RebootstrapRequired });
        }

        return Answer(new ApiVersionsResponse { ApiKeys = _served ??= ListServed(), FinalizedFeaturesEpoch = 0 });
    }

    private static ValueTask<IMessage?> Answer(ApiVersionsResponse response) => new(response);

    private List<ApiVersionsResponse.ApiVersion> ListServed()
    {
        var served = new List<ApiVersionsResponse.ApiVersion>(_table.Entries.Count);
        foreach (var entry in _table.Entries)
        {
            served.Add(new ApiVersionsResponse.ApiVersion
            {
                ApiKey = (short)entry.Key,
                MinVersion = entry.MinVersion,
                MaxVersion = entry.MaxVersion,
            });
        }

        return served;
    }

    // KIP-511: letters and digits, with dots and dashes between them.
    private static bool IsSoftwareName(string name)
    {
        if (name.Length == 0 || !char.IsAsciiLetterOrDigit(name[0]) || !char.IsAsciiLetterOrDigit(name[^1]))
        {
            return false;
        }

        foreach (var c in name)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('.' or '-'))
            {
                return false;
            }
        }

        return true;
    }
}
