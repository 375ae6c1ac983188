namespace Samsa.Protocol.Wire;

/// <summary>The part of a tagged section (KIP-482) that all messages share: unknown fields, kept in the order of their tags.</summary>
public static class TaggedFields
{
    /// <summary>Reads a section of which no field is known; null when it is empty.</summary>
    public static List<RawTaggedField>? Read(ref WireReader reader)
    {
        var count = reader.ReadTaggedFieldCount();
        if (count == 0)
        {
            return null;
        }

        List<RawTaggedField>? fields = null;
        long previous = -1;
        for (var i = 0; i < count; i++)
        {
            var tag = reader.BeginTaggedField(ref previous, out var end);
            fields = Keep(fields, ref reader, tag, end);
        }

        return fields;
    }

    /// <summary>Takes a field that the message does not know as it is.</summary>
    public static List<RawTaggedField> Keep(List<RawTaggedField>? fields, ref WireReader reader, long tag, int end)
    {
        fields ??= [];
        fields.Add(new RawTaggedField((uint)tag, reader.ReadSlice(end - reader.Position)));
        return fields;
    }

    /// <summary>Writes a section without known fields.</summary>
    public static void Write(WireWriter writer, List<RawTaggedField>? fields)
    {
        if (fields is null)
        {
            writer.WriteUnsignedVarint(0);
            return;
        }

        writer.WriteUnsignedVarint((uint)fields.Count);
        WriteBelow(writer, fields, 0, long.MaxValue);
    }

    /// <summary>Writes the fields from <paramref name="index"/> on whose tag is below <paramref name="tag"/>; returns the next index.</summary>
    /// <exception cref="InvalidOperationException">The tags do not rise strictly, or one of them belongs to a known field.</exception>
    public static int WriteBelow(WireWriter writer, List<RawTaggedField>? fields, int index, long tag)
    {
        if (fields is null)
        {
            return index;
        }

        for (; index < fields.Count && fields[index].Tag < tag; index++)
        {
            var field = fields[index];
            if (index > 0 && fields[index - 1].Tag >= field.Tag)
            {
                throw new InvalidOperationException($"The unknown tagged field {field.Tag} follows {fields[index - 1].Tag}; tags rise strictly.");
            }

            writer.WriteUnsignedVarint(field.Tag);
            writer.WriteUnsignedVarint((uint)field.Data.Length);
            writer.WriteRaw(field.Data.Span);
        }

        if (index < fields.Count && fields[index].Tag == tag)
        {
            throw new InvalidOperationException($"The unknown tagged field {tag} has the tag of a field of the message.");
        }

        return index;
    }
}
