namespace Samsa.Protocol.Wire;

/// <summary>Arrays of primitives. A null list is the null array.</summary>
public static class ListCodec
{
    /// <summary>Reads an array of 8-bit numbers.</summary>
    public static List<sbyte>? ReadInt8(ref WireReader reader, bool flexible)
    {
        var count = reader.ReadArrayLength(flexible, 1);
        var list = count < 0 ? null : new List<sbyte>(count);
        for (var i = 0; i < count; i++)
        {
            list!.Add(reader.ReadInt8());
        }

        return list;
    }

    /// <summary>Reads an array of 16-bit numbers.</summary>
    public static List<short>? ReadInt16(ref WireReader reader, bool flexible)
    {
        var count = reader.ReadArrayLength(flexible, 2);
        var list = count < 0 ? null : new List<short>(count);
        for (var i = 0; i < count; i++)
        {
            list!.Add(reader.ReadInt16());
        }

        return list;
    }

    /// <summary>Reads an array of 32-bit numbers.</summary>
    public static List<int>? ReadInt32(ref WireReader reader, bool flexible)
    {
        var count = reader.ReadArrayLength(flexible, 4);
        var list = count < 0 ? null : new List<int>(count);
        for (var i = 0; i < count; i++)
        {
            list!.Add(reader.ReadInt32());
        }

        return list;
    }

    /// <summary>Reads an array of 64-bit numbers.</summary>
    public static List<long>? ReadInt64(ref WireReader reader, bool flexible)
    {
        var count = reader.ReadArrayLength(flexible, 8);
        var list = count < 0 ? null : new List<long>(count);
        for (var i = 0; i < count; i++)
        {
            list!.Add(reader.ReadInt64());
        }

        return list;
    }

    /// <summary>Reads an array of uuids.</summary>
    public static List<Guid>? ReadUuid(ref WireReader reader, bool flexible)
    {
        var count = reader.ReadArrayLength(flexible, 16);
        var list = count < 0 ? null : new List<Guid>(count);
        for (var i = 0; i < count; i++)
        {
            list!.Add(reader.ReadUuid());
        }

        return list;
    }

    /// <summary>Reads an array of strings, none of them null.</summary>
    public static List<string>? ReadString(ref WireReader reader, bool flexible)
    {
        var count = reader.ReadArrayLength(flexible, flexible ? 1 : 2);
        var list = count < 0 ? null : new List<string>(count);
        for (var i = 0; i < count; i++)
        {
            list!.Add(reader.ReadString(flexible) ?? throw new ProtocolViolationException("An array of strings holds a null."));
        }

        return list;
    }

    /// <summary>Writes an array of 8-bit numbers.</summary>
    public static void WriteInt8(WireWriter writer, List<sbyte>? list, bool flexible)
    {
        writer.WriteArrayLength(list?.Count ?? -1, flexible);
        for (var i = 0; i < list?.Count; i++)
        {
            writer.WriteInt8(list[i]);
        }
    }

    /// <summary>Writes an array of 16-bit numbers.</summary>
    public static void WriteInt16(WireWriter writer, List<short>? list, bool flexible)
    {
        writer.WriteArrayLength(list?.Count ?? -1, flexible);
        for (var i = 0; i < list?.Count; i++)
        {
            writer.WriteInt16(list[i]);
        }
    }

    /// <summary>Writes an array of 32-bit numbers.</summary>
    public static void WriteInt32(WireWriter writer, List<int>? list, bool flexible)
    {
        writer.WriteArrayLength(list?.Count ?? -1, flexible);
        for (var i = 0; i < list?.Count; i++)
        {
            writer.WriteInt32(list[i]);
        }
    }

    /// <summary>Writes an array of 64-bit numbers.</summary>
    public static void WriteInt64(WireWriter writer, List<long>? list, bool flexible)
    {
        writer.WriteArrayLength(list?.Count ?? -1, flexible);
        for (var i = 0; i < list?.Count; i++)
        {
            writer.WriteInt64(list[i]);
        }
    }

    /// <summary>Writes an array of uuids.</summary>
    public static void WriteUuid(WireWriter writer, List<Guid>? list, bool flexible)
    {
        writer.WriteArrayLength(list?.Count ?? -1, flexible);
        for (var i = 0; i < list?.Count; i++)
        {
            writer.WriteUuid(list[i]);
        }
    }

    /// <summary>Writes an array of strings.</summary>
    public static void WriteString(WireWriter writer, List<string>? list, bool flexible)
    {
        writer.WriteArrayLength(list?.Count ?? -1, flexible);
        for (var i = 0; i < list?.Count; i++)
        {
            writer.WriteString(list[i], flexible);
        }
    }
}
