namespace Samsa.Protocol.Messages;

/// <summary>What the schemas say about an API: its request and its response.</summary>
public sealed class ApiDescriptor
{
    internal ApiDescriptor(ApiKey key, string name, MessageDescriptor request, MessageDescriptor response)
    {
        Key = key;
        Name = name;
        Request = request;
        Response = response;
    }

    /// <summary>The number on the wire.</summary>
    public ApiKey Key { get; }

    /// <summary>The name, such as <c>Fetch</c>.</summary>
    public string Name { get; }

    /// <summary>The request.</summary>
    public MessageDescriptor Request { get; }

    /// <summary>The response, which has the same versions.</summary>
    public MessageDescriptor Response { get; }
}
