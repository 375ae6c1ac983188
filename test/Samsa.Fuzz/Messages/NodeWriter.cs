using System.Buffers.Binary;
using Samsa.Generators.Schema;

namespace Samsa.Fuzz.Messages;

/// <summary>
/// Encodes a tree of values by a schema, whatever they are: nulls where none is allowed and tags in any order are written, too.
/// Fields that the tree lacks are made up, fields that the version lacks are left out.
/// </summary>
internal sealed class NodeWriter(MessageSchema message, int version, NodeSource source)
{
    private readonly List<byte> _output = [];

    private bool IsFlexible => message.Flexible.Contains(version);

    public byte[] Write(Node root)
    {
        WriteStruct(root, message.Root);
        return [.. _output];
    }

    private void WriteStruct(Node node, StructSchema layout)
    {
        foreach (var field in layout.Fields)
        {
            if (field.Versions.Contains(version) && !field.Tagged.Contains(version))
            {
                var value = node.Items.Find(item => item.Field == field) ?? source.Value(message, field, version);
                WriteValue(value, field, IsFlexible && !field.NeverFlexible);
            }
        }

        if (IsFlexible)
        {
            WriteTags(node);
        }
    }

    private void WriteTags(Node node)
    {
        var tags = new List<KeyValuePair<uint, byte[]>>(node.UnknownTags);
        foreach (var item in node.Items)
        {
            if (item.Field!.Tagged.Contains(version) && item.Field.Versions.Contains(version))
            {
                var inner = new NodeWriter(message, version, source);
                inner.WriteValue(item, item.Field, flexible: true);
                tags.Add(new((uint)item.Field.Tag, [.. inner._output]));
            }
        }

        // Only a tree that says so breaks the order: unknown tags may repeat known ones.
        tags.Sort((left, right) => left.Key.CompareTo(right.Key));
        WriteVarint((uint)tags.Count);
        foreach (var (tag, content) in tags)
        {
            WriteVarint(tag);
            WriteVarint((uint)content.Length);
            _output.AddRange(content);
        }
    }

    private void WriteValue(Node node, FieldSchema field, bool flexible)
    {
        if (field.Type.IsArray)
        {
            WriteLength(node.IsNull ? -1 : node.Items.Count, flexible, short16: false);
            foreach (var item in node.IsNull ? [] : node.Items)
            {
                WriteElement(item, field, flexible);
            }

            return;
        }

        if (field.Type.IsStruct && field.Nullable.Contains(version))
        {
            _output.Add(node.IsNull ? (byte)0xff : (byte)1);
            if (node.IsNull)
            {
                return;
            }
        }

        WriteElement(node, field, flexible);
    }

    private void WriteElement(Node node, FieldSchema field, bool flexible)
    {
        if (field.Type.IsStruct)
        {
            WriteStruct(node, message.FindStruct(field.Type.Element)!);
            return;
        }

        switch (field.Type.Element)
        {
            case "bool" or "int8":
                WriteBigEndian(1, node.Number);
                break;
            case "int16" or "uint16":
                WriteBigEndian(2, node.Number);
                break;
            case "int32" or "uint32":
                WriteBigEndian(4, node.Number);
                break;
            case "int64" or "float64":
                WriteBigEndian(8, node.Number);
                break;
            case "uuid":
                _output.AddRange(node.Bytes.Length == 16 ? node.Bytes : new byte[16]);
                break;
            default:
                WriteLength(node.IsNull ? -1 : node.Bytes.Length, flexible, field.Type.Element == "string");
                _output.AddRange(node.IsNull ? [] : node.Bytes);
                break;
        }
    }

    private void WriteBigEndian(int size, long value)
    {
        Span<byte> eight = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(eight, value);
        _output.AddRange(eight[(8 - size)..]);
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
            _output.Add((byte)(value | 0x80));
        }

        _output.Add((byte)value);
    }
}
