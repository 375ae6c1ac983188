using System.Text;
using Samsa.Fuzz.Engine;
using Samsa.Fuzz.Messages;
using Samsa.Fuzz.Records;
using Samsa.Protocol.Messages;
using Samsa.Protocol.Wire;

namespace Samsa.Fuzz.Targets;

/// <summary>
/// Every message of the schemas, responses and persisted records too, through the generated code. An input is the message's name,
/// a zero, two bytes of version, the body.
/// Promises: a message or a <see cref="ProtocolViolationException"/>, for a price that the input's length bounds; what was read
/// can be written, and reads the same again.
/// </summary>
public sealed class MessageTarget : IFuzzTarget
{
    private static readonly Dictionary<string, MessageDescriptor> ByName =
        MessageRegistry.Messages.Where(message => SchemaCatalog.Messages.ContainsKey(message.Name)).ToDictionary(message => message.Name, StringComparer.Ordinal);

    public string Name => "messages";

    public IEnumerable<byte[]> Seeds(Random random)
    {
        foreach (var message in ByName.Values)
        {
            for (var version = message.LowestVersion; version <= message.HighestVersion; version++)
            {
                yield return New(message, version, random);
            }
        }
    }

    public byte[] Mutate(byte[] input, byte[] other, Random random)
    {
        ArgumentNullException.ThrowIfNull(random);
        if (random.Next(6) == 0 || !TryTakeApart(input, out var message, out var version, out var body))
        {
            var all = ByName.Values.ToArray();
            message = all[random.Next(all.Length)];
            return New(message, (short)random.Next(message.LowestVersion, message.HighestVersion + 1), random);
        }

        var schema = SchemaCatalog.Messages[message.Name];
        try
        {
            var tree = new NodeReader(schema, version, body.Span).Read();
            new NodeMutator(random).Mutate(schema, version, tree);
            var bytes = new NodeWriter(schema, version, new NodeSource(random)).Write(tree);
            return Input(message, version, random.Next(3) == 0 ? ByteEdits.Apply(bytes, random) : bytes);
        }
        catch (FormatException)
        {
            return Input(message, version, ByteEdits.Apply(body.Span, random));
        }
    }

    public void Execute(byte[] input, Behaviour seen)
    {
        ArgumentNullException.ThrowIfNull(seen);
        if (!TryTakeApart(input, out var descriptor, out var version, out var body))
        {
            return;
        }

        var message = descriptor.Create();
        int length;
        try
        {
            var reader = new WireReader(body);
            message.Read(ref reader, version);
            length = body.Length - reader.Remaining;
        }
        catch (ProtocolViolationException refused)
        {
            seen.Note(descriptor.Name, refused);
            return;
        }

        using var writer = new WireWriter();
        message.Write(writer, version);
        var written = writer.ToArray();
        var second = descriptor.Create();
        var again = new WireReader(written);
        second.Read(ref again, version);
        if (!message.ContentEquals(second) || again.Remaining != 0)
        {
            throw new FindingException("round trip", $"{descriptor.Name} v{version} does not read what it wrote");
        }

        seen.Note($"{descriptor.Name} {version}");
        seen.NoteSize(descriptor.Name, length);
    }

    public long AllocationBound(byte[] input) => (256L << 10) + (400L * input.Length);

    public void Reset()
    {
    }

    public byte[] History() => [];

    public void Dispose()
    {
    }

    private static byte[] New(MessageDescriptor message, short version, Random random)
    {
        var schema = SchemaCatalog.Messages[message.Name];
        var source = new NodeSource(random);
        return Input(message, version, new NodeWriter(schema, version, source).Write(source.Message(schema, version)));
    }

    private static byte[] Input(MessageDescriptor message, short version, byte[] body) =>
        [.. Encoding.ASCII.GetBytes(message.Name), 0, (byte)(version >> 8), (byte)version, .. body];

    private static bool TryTakeApart(byte[] input, out MessageDescriptor message, out short version, out ReadOnlyMemory<byte> body)
    {
        var zero = Array.IndexOf(input, (byte)0);
        (message, version, body) = (null!, 0, default);
        if (zero < 0 || zero + 3 > input.Length || !ByName.TryGetValue(Encoding.ASCII.GetString(input, 0, zero), out message!))
        {
            return false;
        }

        version = (short)((input[zero + 1] << 8) | input[zero + 2]);
        body = input.AsMemory(zero + 3);
        return message.Has(version);
    }
}
