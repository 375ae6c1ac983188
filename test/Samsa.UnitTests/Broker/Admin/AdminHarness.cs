using Samsa.Broker.Api;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Protocol.Wire;

namespace Samsa.UnitTests.Broker.Admin;

/// <summary>Runs handlers as a connection of the listener PLAINTEXT does: through the bytes of request and answer.</summary>
internal static class AdminHarness
{
    public static async Task<TResponse> AskAsync<TRequest, TResponse>(
        ApiHandler<TRequest> handler, ApiKey key, short version, TRequest request, string listener = "PLAINTEXT")
        where TRequest : class, IMessage, new()
        where TResponse : class, IMessage, new()
    {
        var header = new RequestHeader { RequestApiKey = (short)key, RequestApiVersion = version };
        var context = new RequestContext(new ConnectionInfo { Id = 1, ListenerName = listener }, header);
        var answer = await handler(context, RoundTrip<TRequest>(request, version));
        return RoundTrip<TResponse>(answer!, version);
    }

    private static TMessage RoundTrip<TMessage>(IMessage message, short version)
        where TMessage : class, IMessage, new()
    {
        using var writer = new WireWriter();
        message.Write(writer, version);
        var reader = new WireReader(writer.ToArray());
        var copy = new TMessage();
        copy.Read(ref reader, version);
        return copy;
    }
}
