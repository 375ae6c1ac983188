using Samsa.Protocol;
using Samsa.Protocol.Messages;

namespace Samsa.Broker.Api;

/// <summary>A decoded request together with the table's entry that serves it.</summary>
public readonly struct ParsedRequest
{
    private readonly IMessage? _request;

    internal ParsedRequest(ApiEntry entry, RequestContext context, IMessage? request)
    {
        Entry = entry;
        Context = context;
        _request = request;
    }

    /// <summary>Who serves it.</summary>
    public ApiEntry Entry { get; }

    /// <summary>Header and connection.</summary>
    public RequestContext Context { get; }

    /// <summary>Runs the handler, or answers an ApiVersions request of an unknown version.</summary>
    public ValueTask<IMessage?> InvokeAsync() =>
        _request is null ? new ValueTask<IMessage?>(UnsupportedVersionAnswer()) : Entry.InvokeAsync(Context, _request);

    // KIP-511: a client newer than the broker learns from a v0 answer which versions of ApiVersions it may use.
    private ApiVersionsResponse UnsupportedVersionAnswer() => new()
    {
        ErrorCode = ErrorCode.UnsupportedVersion,
        ApiKeys = [new ApiVersionsResponse.ApiVersion { ApiKey = (short)Entry.Key, MinVersion = Entry.MinVersion, MaxVersion = Entry.MaxVersion }],
    };
}
