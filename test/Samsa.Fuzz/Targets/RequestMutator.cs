using System.Buffers.Binary;
using Samsa.Broker.Api;
using Samsa.Fuzz.Messages;
using Samsa.Fuzz.Records;
using Samsa.Protocol;
using Samsa.Protocol.Messages;

namespace Samsa.Fuzz.Targets;

/// <summary>Makes request frames and changes them: by their schema, in another version, or as plain bytes. One thread at a time.</summary>
internal sealed class RequestMutator(Random random, IReadOnlyList<ApiEntry> apis)
{
    private readonly NodeSource _source = new(random);
    private readonly NodeMutator _mutator = new(random);

    /// <summary>A frame of any API and version that is served.</summary>
    public byte[] Frame()
    {
        var api = apis[random.Next(apis.Count)];
        return Frame(api, (short)random.Next(api.MinVersion, api.MaxVersion + 1));
    }

    /// <summary>A frame of this API and version.</summary>
    public byte[] Frame(ApiEntry api, short version)
    {
        var schema = SchemaCatalog.Messages[MessageRegistry.Request(api.Key)!.Name];
        return Encode(api.Key, version, random.Next(1000), new NodeWriter(schema, version, _source).Write(_source.Message(schema, version)));
    }

    /// <summary>A changed copy of a connection's bytes.</summary>
    public byte[] Connection(byte[] stream, byte[] other)
    {
        var frames = RequestInput.Frames(stream);
        switch (random.Next(12))
        {
            case 0:
                frames.Add(Frame());
                break;
            case 1:
                frames.AddRange(RequestInput.Frames(other));
                break;
            case 2 when frames.Count > 1:
                frames.RemoveAt(random.Next(frames.Count));
                break;
            case 3:
                // The lengths of frames, too.
                return ByteEdits.Apply(stream, random);
            case 4 when frames.Count > 0:
                frames.Add(frames[random.Next(frames.Count)]);
                break;
            default:
                var at = frames.Count == 0 ? 0 : random.Next(frames.Count);
                if (frames.Count == 0)
                {
                    frames.Add(Frame());
                }
                else
                {
                    frames[at] = Change(frames[at]);
                }

                break;
        }

        return RequestInput.Join(frames.Take(8));
    }

    private byte[] Change(byte[] frame)
    {
        if (random.Next(5) == 0 || !TryTakeApart(frame, out var api, out var version, out var correlation, out var body))
        {
            return ByteEdits.Apply(frame, random);
        }

        if (random.Next(6) == 0)
        {
            version = (short)random.Next(api.MinVersion, api.MaxVersion + 1);
        }

        var schema = SchemaCatalog.Messages[MessageRegistry.Request(api.Key)!.Name];
        _mutator.Mutate(schema, version, body);
        return Encode(api.Key, version, correlation, new NodeWriter(schema, version, _source).Write(body));
    }

    private bool TryTakeApart(byte[] frame, out ApiEntry api, out short version, out int correlation, out Node body)
    {
        (api, version, correlation, body) = (apis[0], 0, 0, null!);
        if (frame.Length < 10)
        {
            return false;
        }

        var key = BinaryPrimitives.ReadInt16BigEndian(frame);
        version = BinaryPrimitives.ReadInt16BigEndian(frame.AsSpan(2));
        correlation = BinaryPrimitives.ReadInt32BigEndian(frame.AsSpan(4));
        var found = apis.FirstOrDefault(entry => (short)entry.Key == key);
        if (found is null || !found.Serves(version))
        {
            return false;
        }

        api = found;
        try
        {
            var header = new NodeReader(
                SchemaCatalog.Messages["RequestHeader"], MessageRegistry.RequestHeaderVersion(api.Key, version), frame);
            header.Read();
            var reader = new NodeReader(SchemaCatalog.Messages[MessageRegistry.Request(api.Key)!.Name], version, header.Rest);
            body = reader.Read();
            return true;
        }
        catch (FormatException)
        {
            return false;
        }
    }

    private byte[] Encode(ApiKey key, short version, int correlation, byte[] body)
    {
        var schema = SchemaCatalog.Messages["RequestHeader"];
        var headerVersion = MessageRegistry.RequestHeaderVersion(key, version);
        var header = _source.Message(schema, headerVersion);
        SetNumber(header, "RequestApiKey", (short)key);
        SetNumber(header, "RequestApiVersion", version);
        SetNumber(header, "CorrelationId", correlation);
        return [.. new NodeWriter(schema, headerVersion, _source).Write(header), .. body];
    }

    private static void SetNumber(Node header, string field, long value)
    {
        if (header.Find(field) is { } node)
        {
            node.Number = value;
        }
        else
        {
            throw new InvalidOperationException($"The schema of the request header has no {field}.");
        }
    }
}
