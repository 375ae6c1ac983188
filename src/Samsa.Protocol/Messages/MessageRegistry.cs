namespace Samsa.Protocol.Messages;

/// <summary>All messages of the schemas.</summary>
public static partial class MessageRegistry
{
    /// <summary>Every message, in the order of their names.</summary>
    public static IReadOnlyList<MessageDescriptor> Messages => AllMessages;

    /// <summary>Every API, in the order of their keys.</summary>
    public static IReadOnlyList<ApiDescriptor> Apis => AllApis;

    /// <summary>The API with the key, or null.</summary>
    public static ApiDescriptor? Api(ApiKey key) => (ushort)key < ApisByKey.Length ? ApisByKey[(ushort)key] : null;

    /// <summary>The request of an API, or null when the key is unknown.</summary>
    public static MessageDescriptor? Request(ApiKey key) => Api(key)?.Request;

    /// <summary>The response of an API, or null when the key is unknown.</summary>
    public static MessageDescriptor? Response(ApiKey key) => Api(key)?.Response;

    /// <summary>The message with a record type or API key within its kind, or null.</summary>
    public static MessageDescriptor? Find(MessageKind kind, short key)
    {
        foreach (var message in AllMessages)
        {
            if (message.Kind == kind && message.Key == key)
            {
                return message;
            }
        }

        return null;
    }

    /// <summary>The version of the header before a request: 2 for flexible versions, 1 before, 0 (no client id) for ControlledShutdown 0.</summary>
    public static short RequestHeaderVersion(ApiKey key, short apiVersion) =>
        key == ApiKey.ControlledShutdown && apiVersion == 0 ? (short)0
        : Request(key) is { } request && request.IsFlexible(apiVersion) ? (short)2
        : (short)1;

    /// <summary>
    /// The version of the header before a response: 1 for flexible versions, 0 before. ApiVersions always answers with 0, because
    /// its client does not know yet what the server can read (KIP-511).
    /// </summary>
    public static short ResponseHeaderVersion(ApiKey key, short apiVersion) =>
        key != ApiKey.ApiVersions && Response(key) is { } response && response.IsFlexible(apiVersion) ? (short)1 : (short)0;

    private static ApiDescriptor?[] IndexApis(ApiDescriptor[] apis)
    {
        var highest = 0;
        foreach (var api in apis)
        {
            highest = Math.Max(highest, (int)api.Key);
        }

        var index = new ApiDescriptor?[highest + 1];
        foreach (var api in apis)
        {
            index[(int)api.Key] = api;
        }

        return index;
    }
}
