using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using Samsa.Generators.Schema;

namespace Samsa.UnitTests.Protocol.Schemas;

/// <summary>
/// Encodes random values straight from a schema, without the generated code: a second, slow and plain implementation of the wire
/// format. The encoding is the only one Kafka's rules allow for the values (tagged fields that hold their default are left out).
/// </summary>
internal sealed class SchemaEncoder(MessageSchema message, int version, Random random)
{
    private static readonly string[] Texts = ["", "a", "topic-1", "größe", "日本語", "𝄞 clef", new('x', 130), new('y', 300)];

    private readonly List<byte> _output = [];

    /// <summary>Whether the message uses compact forms and tags in this version.</summary>
    private bool IsFlexible => message.Flexible.Contains(version);

    public static byte[] Encode(MessageSchema message, int version, Random random)
    {
        var encoder = new SchemaEncoder(message, version, random);
        encoder.WriteStruct(message.Root, 0);
        return encoder._output.ToArray();
    }

    private void WriteStruct(StructSchema target, int depth)
    {
        foreach (var field in target.Fields)
        {
            if (field.Versions.Contains(version) && !field.Tagged.Contains(version))
            {
                WriteValue(field, IsFlexible && !field.NeverFlexible, depth, notDefault: false);
            }
        }

        if (IsFlexible)
        {
            WriteTags(target, depth);
        }
    }

    private void WriteTags(StructSchema target, int depth)
    {
        var fields = new SortedDictionary<uint, byte[]>();
        foreach (var field in target.Fields)
        {
            if (field.Tagged.Contains(version) && random.Next(2) == 0)
            {
                var inner = new SchemaEncoder(message, version, random);
                inner.WriteValue(field, flexible: true, depth, notDefault: true);
                fields.Add((uint)field.Tag, inner._output.ToArray());
            }
        }

        // Unknown tags, below, between and above the known ones.
        for (var i = random.Next(8) == 0 ? random.Next(1, 4) : 0; i > 0; i--)
        {
            var tag = (uint)random.Next(200);
            if (!target.Fields.Exists(field => field.Tag == tag && field.Tagged.Contains(version)))
            {
                fields[tag] = RandomBytes(random.Next(3) == 0 ? random.Next(200) : random.Next(5));
            }
        }

        WriteVarint((uint)fields.Count);
        foreach (var (tag, data) in fields)
        {
            WriteVarint(tag);
            WriteVarint((uint)data.Length);
            _output.AddRange(data);
        }
    }

    private void WriteValue(FieldSchema field, bool flexible, int depth, bool notDefault)
    {
        var type = field.Type;
        var defaultsToNull = field.Default == "null";
        if (field.Nullable.Contains(version) && (notDefault ? !defaultsToNull && random.Next(3) == 0 : random.Next(3) == 0))
        {
            WriteNull(type, flexible);
            return;
        }

        if (type.IsArray)
        {
            var least = notDefault && !defaultsToNull ? 1 : 0;
            var count = Math.Max(least, random.Next(depth > 2 ? 2 : 4));
            WriteLength(count, flexible, short16: false);
            for (var i = 0; i < count; i++)
            {
                WriteElement(field, flexible, depth, notDefault: false);
            }

            return;
        }

        if (type.IsStruct && field.Nullable.Contains(version))
        {
            _output.Add(1);
        }

        WriteElement(field, flexible, depth, notDefault && !(defaultsToNull && type.CanBeNull));
    }

    private void WriteElement(FieldSchema field, bool flexible, int depth, bool notDefault)
    {
        switch (field.Type.Element)
        {
            case "bool":
                _output.Add((byte)(notDefault ? field.Default == "true" ? 0 : 1 : random.Next(2)));
                break;
            case "int8":
                WriteNumber(1, field, notDefault);
                break;
            case "int16" or "uint16":
                WriteNumber(2, field, notDefault);
                break;
            case "int32" or "uint32":
                WriteNumber(4, field, notDefault);
                break;
            case "int64":
                WriteNumber(8, field, notDefault);
                break;
            case "float64":
                Span<byte> eight = stackalloc byte[8];
                BinaryPrimitives.WriteDoubleBigEndian(eight, (random.NextDouble() + 0.5) * 1e9);
                _output.AddRange(eight);
                break;
            case "uuid":
                _output.AddRange(RandomBytes(16));
                break;
            case "string":
                var text = Encoding.UTF8.GetBytes(Texts[random.Next(notDefault ? 1 : 0, Texts.Length)]);
                WriteLength(text.Length, flexible, short16: true);
                _output.AddRange(text);
                break;
            case "bytes" or "records":
                var bytes = RandomBytes(random.Next(notDefault ? 1 : 0, 200));
                WriteLength(bytes.Length, flexible, short16: false);
                _output.AddRange(bytes);
                break;
            default:
                WriteNotDefaultStruct(message.FindStruct(field.Type.Element)!, depth + 1, notDefault);
                break;
        }
    }

    private void WriteNotDefaultStruct(StructSchema target, int depth, bool notDefault)
    {
        var start = _output.Count;
        var plain = Plain(target);
        do
        {
            _output.RemoveRange(start, _output.Count - start);
            WriteStruct(target, depth);
        }
        while (notDefault && CollectionsMarshal.AsSpan(_output)[start..].SequenceEqual(plain));
    }

    /// <summary>The encoding of a struct of numbers and booleans that all hold their defaults; empty for any other struct.</summary>
    private byte[] Plain(StructSchema target)
    {
        var inner = new SchemaEncoder(message, version, random);
        foreach (var field in target.Fields.Where(field => field.Versions.Contains(version) && !field.Tagged.Contains(version)))
        {
            var size = field.Type.Element switch { "bool" or "int8" => 1, "int16" or "uint16" => 2, "int32" => 4, "int64" => 8, _ => 0 };
            if (size == 0 || field.Type.IsArray)
            {
                return [];
            }

            inner.WriteBigEndian(size, DefaultNumber(field));
        }

        inner.WriteVarint(0);
        return inner._output.ToArray();
    }

    private void WriteNumber(int size, FieldSchema field, bool notDefault)
    {
        var defaultValue = DefaultNumber(field);
        var mask = size == 8 ? -1L : (1L << (size * 8)) - 1;
        long value;
        do
        {
            value = random.Next(4) == 0 ? defaultValue : random.NextInt64(long.MinValue, long.MaxValue);
        }
        while (notDefault && (value & mask) == (defaultValue & mask));
        WriteBigEndian(size, value);
    }

    private void WriteBigEndian(int size, long value)
    {
        for (var shift = (size - 1) * 8; shift >= 0; shift -= 8)
        {
            _output.Add((byte)(value >> shift));
        }
    }

    private static long DefaultNumber(FieldSchema field) => field.Default switch
    {
        null or "false" or "null" => 0,
        "true" => 1,
        var text when text.StartsWith("0x", StringComparison.Ordinal) => Convert.ToInt64(text, 16),
        var text => long.Parse(text, System.Globalization.CultureInfo.InvariantCulture),
    };

    private void WriteNull(FieldType type, bool flexible)
    {
        if (type.IsStruct && !type.IsArray)
        {
            _output.Add(0xff);
        }
        else
        {
            WriteLength(-1, flexible, short16: type.Element == "string" && !type.IsArray);
        }
    }

    private void WriteLength(int length, bool flexible, bool short16)
    {
        if (flexible)
        {
            WriteVarint((uint)(length + 1));
        }
        else
        {
            WriteBigEndian(short16 ? 2 : 4, length);
        }
    }

    private void WriteVarint(uint value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            _output.Add((byte)(value & 0x7f | 0x80));
        }

        _output.Add((byte)value);
    }

    private byte[] RandomBytes(int length)
    {
        var bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }
}
