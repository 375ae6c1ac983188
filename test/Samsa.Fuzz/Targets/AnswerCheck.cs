using System.Buffers.Binary;
using System.Text;
using Samsa.Broker.Api;
using Samsa.Fuzz.Engine;
using Samsa.Fuzz.Messages;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Protocol.Wire;

namespace Samsa.Fuzz.Targets;

/// <summary>Compares what a broker sent with what was asked. Stateless.</summary>
internal static class AnswerCheck
{
    /// <summary>
    /// The APIs in which Kafka answers some mistakes of a client with UNKNOWN_SERVER_ERROR, and Samsa with it: an isolation level that
    /// does not exist, topics without name and id, an operation that does not exist, payloads that cannot be inflated. A handler
    /// that fails shows in the log and by a closed connection, not by this code.
    /// </summary>
    private static readonly ApiKey[] AnswerServerErrors = [ApiKey.Fetch, ApiKey.ListOffsets, ApiKey.Metadata, ApiKey.IncrementalAlterConfigs, ApiKey.Produce];

    public static void Check(ReadOnlySpan<byte> stream, ReadOnlySpan<byte> sent, ApiTable apis, Behaviour seen)
    {
        var requests = new Queue<(ApiEntry Api, short Version, int Correlation, bool MayBeSilent)>();
        foreach (var frame in RequestInput.Frames(stream))
        {
            if (frame.Length < 8 || apis.Find(BinaryPrimitives.ReadInt16BigEndian(frame)) is not { } api)
            {
                break;
            }

            var version = BinaryPrimitives.ReadInt16BigEndian(frame.AsSpan(2));
            requests.Enqueue((api, version, BinaryPrimitives.ReadInt32BigEndian(frame.AsSpan(4)), api.Key == ApiKey.Produce));
        }

        while (!sent.IsEmpty)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(sent);
            var answer = sent.Slice(sizeof(int), length);
            sent = sent[(sizeof(int) + length)..];
            var correlation = BinaryPrimitives.ReadInt32BigEndian(answer);
            while (requests.TryPeek(out var head) && head.MayBeSilent && head.Correlation != correlation)
            {
                requests.Dequeue();
            }

            if (!requests.TryDequeue(out var request) || request.Correlation != correlation)
            {
                throw new FindingException("correlation", $"An answer has correlation id {correlation}; the next request had {request.Correlation}");
            }

            CheckAnswer(request.Api, request.Version, answer[sizeof(int)..], seen);
        }
    }

    private static void CheckAnswer(ApiEntry api, short version, ReadOnlySpan<byte> bytes, Behaviour seen)
    {
        var answered = api.Serves(version) ? version : (short)0;
        var descriptor = MessageRegistry.Response(api.Key)!;
        try
        {
            var header = new NodeReader(SchemaCatalog.Messages["ResponseHeader"], MessageRegistry.ResponseHeaderVersion(api.Key, answered), [0, 0, 0, 0, .. bytes]);
            header.Read();
            var reader = new NodeReader(SchemaCatalog.Messages[descriptor.Name], answered, header.Rest);
            var body = reader.Read();
            var generated = new WireReader(header.Rest.ToArray());
            descriptor.Create().Read(ref generated, answered);
            if (reader.Rest.Length > 0 || generated.Remaining > 0)
            {
                throw new FormatException($"{reader.Rest.Length} bytes are left");
            }

            Look(api, body, seen, depth: 0, parent: null);
        }
        catch (Exception e) when (e is FormatException or ProtocolViolationException)
        {
            throw new FindingException($"answer of {api.Key}", $"The answer to {api.Key} v{version} is not one: {e.Message}\n{Convert.ToHexString(bytes[..Math.Min(bytes.Length, 2000)])}", e);
        }
    }

    private static void Look(ApiEntry api, Node node, Behaviour seen, int depth, Node? parent)
    {
        if (node.IsArray)
        {
            seen.NoteSize($"{api.Key} {node.Field!.Name}", node.IsNull ? -1 : node.Items.Count);
        }
        else if (node.Field?.Name == "ErrorCode")
        {
            seen.Note($"{api.Key} error", node.Number);
            var message = parent?.Items.Find(item => item.Field!.Name == "ErrorMessage") is { } text ? Encoding.UTF8.GetString(text.Bytes) : "";
            if (node.Number == (short)ErrorCode.UnknownServerError && !AnswerServerErrors.Contains(api.Key))
            {
                throw new FindingException($"server error of {api.Key}", $"{api.Key} answered UNKNOWN_SERVER_ERROR: {message}");
            }
        }
        else if (node.Field?.Name == "ErrorMessage" && !node.IsNull)
        {
            seen.Note($"{api.Key} message", new InvalidOperationException(Encoding.UTF8.GetString(node.Bytes.AsSpan(0, Math.Min(40, node.Bytes.Length)))));
        }

        foreach (var item in node.Items)
        {
            Look(api, item, seen, depth + 1, node);
        }
    }
}
