using System.Buffers.Binary;
using Samsa.Generators.Schema;

namespace Samsa.Fuzz.Messages;

/// <summary>
/// Takes bytes apart by a schema, without the generated code. Bytes that do not fit end in <see cref="FormatException"/>.
/// </summary>
internal ref struct NodeReader(MessageSchema message, int version, ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    private readonly bool IsFlexible => message.Flexible.Contains(version);

    /// <summary>What is left behind the message.</summary>
    public readonly ReadOnlySpan<byte> Rest => _rest;

    /// <summary>Reads the whole message.</summary>
    public Node Read() => ReadStruct(null, message.Root);

    private Node ReadStruct(FieldSchema? field, StructSchema layout)
    {
        var node = new Node(field, layout);
        foreach (var inner in layout.Fields)
        {
            if (inner.Versions.Contains(version) && !inner.Tagged.Contains(version))
            {
                node.Items.Add(ReadValue(inner, IsFlexible && !inner.NeverFlexible));
            }
        }

        if (IsFlexible)
        {
            ReadTags(node, layout);
        }

        return node;
    }

    private void ReadTags(Node node, StructSchema layout)
    {
        for (var count = ReadVarint(); count > 0; count--)
        {
            var tag = ReadVarint();
            var size = ReadVarint();
            var content = Take((int)Math.Min(size, int.MaxValue));
            var known = FindTagged(layout, tag, version);
            if (known is null)
            {
                node.UnknownTags.Add(new(tag, content.ToArray()));
                continue;
            }

            var inner = new NodeReader(message, version, content);
            node.Items.Add(inner.ReadValue(known, flexible: true));
        }
    }

    private static FieldSchema? FindTagged(StructSchema layout, uint tag, int version) =>
        layout.Fields.Find(field => field.Tag == tag && field.Tagged.Contains(version));

    private Node ReadValue(FieldSchema field, bool flexible)
    {
        var type = field.Type;
        if (type.IsArray)
        {
            var length = ReadLength(flexible, short16: false);
            var array = new Node(field, null) { IsArray = true, IsNull = length < 0 };
            for (var i = 0; i < length; i++)
            {
                array.Items.Add(ReadElement(field, flexible));
            }

            return array;
        }

        if (type.IsStruct && field.Nullable.Contains(version) && (sbyte)Take(1)[0] < 0)
        {
            return new Node(field, message.FindStruct(type.Element)) { IsNull = true };
        }

        return ReadElement(field, flexible);
    }

    private Node ReadElement(FieldSchema field, bool flexible)
    {
        if (field.Type.IsStruct)
        {
            return ReadStruct(field, message.FindStruct(field.Type.Element)!);
        }

        var node = new Node(field, null);
        switch (field.Type.Element)
        {
            case "bool" or "int8":
                node.Number = (sbyte)Take(1)[0];
                break;
            case "int16" or "uint16":
                node.Number = BinaryPrimitives.ReadInt16BigEndian(Take(2));
                break;
            case "int32" or "uint32":
                node.Number = BinaryPrimitives.ReadInt32BigEndian(Take(4));
                break;
            case "int64" or "float64":
                node.Number = BinaryPrimitives.ReadInt64BigEndian(Take(8));
                break;
            case "uuid":
                node.Bytes = Take(16).ToArray();
                break;
            default:
                var length = ReadLength(flexible, field.Type.Element == "string");
                node.IsNull = length < 0;
                node.Bytes = Take(Math.Max(0, length)).ToArray();
                break;
        }

        return node;
    }

    private int ReadLength(bool flexible, bool short16)
    {
        var length = flexible ? (int)(ReadVarint() - 1)
            : short16 ? BinaryPrimitives.ReadInt16BigEndian(Take(2))
            : BinaryPrimitives.ReadInt32BigEndian(Take(4));
        return length <= _rest.Length ? length : throw new FormatException("too long");
    }

    private uint ReadVarint()
    {
        uint value = 0;
        for (var shift = 0; shift < 35; shift += 7)
        {
            uint next = Take(1)[0];
            value |= (next & 0x7f) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        throw new FormatException("endless varint");
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count > _rest.Length)
        {
            throw new FormatException("too short");
        }

        var taken = _rest[..count];
        _rest = _rest[count..];
        return taken;
    }
}
