using System.Text;
using Samsa.Protocol.Wire;
using Samsa.ZooKeeper.Records;

namespace Samsa.ZooKeeper.Wire;

/// <summary>What jute writes otherwise than Kafka: strings and vectors have a length of four bytes, -1 for null.</summary>
public static class Jute
{
    /// <summary>Reads a string.</summary>
    public static string? ReadString(ref WireReader reader)
    {
        var bytes = reader.ReadBytes(flexible: false);
        return bytes is { } value ? Encoding.UTF8.GetString(value.Span) : null;
    }

    /// <summary>Writes a string.</summary>
    public static void WriteString(WireWriter writer, string? value)
    {
        if (value is null)
        {
            writer.WriteInt32(-1);
            return;
        }

        var lengthAt = writer.ReserveInt32();
        if (value.Length <= 512)
        {
            Span<byte> bytes = stackalloc byte[512 * 3];
            writer.WriteRaw(bytes[..Encoding.UTF8.GetBytes(value, bytes)]);
        }
        else
        {
            writer.WriteRaw(Encoding.UTF8.GetBytes(value));
        }

        writer.PatchInt32(lengthAt, writer.Position - lengthAt - sizeof(int));
    }

    /// <summary>Reads a vector of strings.</summary>
    public static List<string>? ReadStrings(ref WireReader reader)
    {
        var count = reader.ReadArrayLength(flexible: false, sizeof(int));
        if (count < 0)
        {
            return null;
        }

        var list = new List<string>(count);
        for (var i = 0; i < count; i++)
        {
            list.Add(ReadString(ref reader) ?? throw Null("an element of a vector"));
        }

        return list;
    }

    /// <summary>Writes a vector of strings.</summary>
    public static void WriteStrings(WireWriter writer, List<string>? values)
    {
        writer.WriteInt32(values?.Count ?? -1);
        for (var i = 0; i < values?.Count; i++)
        {
            WriteString(writer, values[i]);
        }
    }

    /// <summary>Reads a vector of records, each of which takes at least <paramref name="minimumElementSize"/> bytes.</summary>
    public static List<T>? ReadVector<T>(ref WireReader reader, int minimumElementSize) where T : class, IRecord, new()
    {
        var count = reader.ReadArrayLength(flexible: false, minimumElementSize);
        if (count < 0)
        {
            return null;
        }

        var list = new List<T>(count);
        for (var i = 0; i < count; i++)
        {
            var item = new T();
            item.Read(ref reader);
            list.Add(item);
        }

        return list;
    }

    /// <summary>Writes a vector of records.</summary>
    public static void WriteVector<T>(WireWriter writer, List<T>? values) where T : class, IRecord
    {
        writer.WriteInt32(values?.Count ?? -1);
        for (var i = 0; i < values?.Count; i++)
        {
            values[i].Write(writer);
        }
    }

    /// <summary>Reads one record that takes all of <paramref name="bytes"/> or the beginning of it.</summary>
    /// <exception cref="ProtocolViolationException">The bytes do not hold the record.</exception>
    public static T Read<T>(ReadOnlyMemory<byte> bytes) where T : class, IRecord, new()
    {
        var reader = new WireReader(bytes);
        return Read<T>(ref reader);
    }

    /// <summary>Reads one record.</summary>
    /// <exception cref="ProtocolViolationException">The bytes do not hold the record.</exception>
    public static T Read<T>(ref WireReader reader) where T : class, IRecord, new()
    {
        var record = new T();
        record.Read(ref reader);
        return record;
    }

    /// <summary>The bytes of a record.</summary>
    public static byte[] ToBytes(IRecord record)
    {
        using var writer = new WireWriter();
        record.Write(writer);
        return writer.ToArray();
    }

    /// <summary>What a null is where none may be.</summary>
    public static ProtocolViolationException Null(string what) => new($"{what} is null.");
}
