using Samsa.Generators.Schema;

namespace Samsa.Generators.Emit;

/// <summary>What the emitters need to know about a message beyond its schema: type names, reachable versions, minimal sizes.</summary>
internal sealed class MessageModel
{
    private readonly Dictionary<string, string> _typeNames = [];
    private readonly Dictionary<string, VersionRange> _known = [];
    private readonly HashSet<string> _needDefaultCheck = [];

    public MessageModel(MessageSchema message)
    {
        Message = message;
        NameTypes();
        _known[message.Name] = message.Versions;
        Reach(message.Root, message.Versions);
        foreach (var target in AllStructs())
        {
            foreach (var field in target.Fields)
            {
                if (field.Type.IsStruct && !field.Type.IsArray && field.Default != "null")
                {
                    NeedDefaultCheck(field.Type.Element);
                }
            }
        }
    }

    public MessageSchema Message { get; }

    public IEnumerable<StructSchema> AllStructs()
    {
        yield return Message.Root;
        foreach (var inner in Message.Structs)
        {
            yield return inner;
        }
    }

    /// <summary>The C# name of a struct of this message.</summary>
    public string TypeName(string structName) => structName == Message.Name ? structName : _typeNames[structName];

    /// <summary>The versions in which a struct can occur at all.</summary>
    public VersionRange Known(StructSchema target) =>
        _known.TryGetValue(target.Name, out var range) ? range : VersionRange.None;

    public bool NeedsDefaultCheck(StructSchema target) => _needDefaultCheck.Contains(target.Name);

    /// <summary>The bytes that an element of the type takes at least, in any version of <paramref name="versions"/>.</summary>
    public int MinimumElementSize(FieldSchema field, VersionRange versions)
    {
        var minimum = int.MaxValue;
        for (var version = versions.From; version <= versions.To; version++)
        {
            var flexible = Message.Flexible.Contains(version) && !field.NeverFlexible;
            minimum = Math.Min(minimum, field.Type.IsStruct
                ? StructSize(Message.FindStruct(field.Type.Element)!, version, 0)
                : PrimitiveSize(field.Type.Element, flexible));
        }

        return Math.Max(minimum, 1);
    }

    private int StructSize(StructSchema target, int version, int depth)
    {
        var flexible = Message.Flexible.Contains(version);
        var size = flexible ? 1 : 0;
        foreach (var field in target.Fields)
        {
            if (!field.Versions.Contains(version) || field.Tagged.Contains(version) || depth > 16)
            {
                continue;
            }

            var compact = flexible && !field.NeverFlexible;
            size += field.Type.IsArray ? (compact ? 1 : 4)
                : !field.Type.IsStruct ? PrimitiveSize(field.Type.Element, compact)
                : field.Nullable.Contains(version) ? 1
                : StructSize(Message.FindStruct(field.Type.Element)!, version, depth + 1);
        }

        return size;
    }

    private static int PrimitiveSize(string type, bool flexible) => type switch
    {
        "bool" or "int8" => 1,
        "int16" or "uint16" => 2,
        "int32" or "uint32" => 4,
        "int64" or "float64" => 8,
        "uuid" => 16,
        "string" => flexible ? 1 : 2,
        _ => flexible ? 1 : 4,
    };

    private void NameTypes()
    {
        var taken = new HashSet<string> { Message.Name };
        foreach (var target in AllStructs())
        {
            foreach (var field in target.Fields)
            {
                taken.Add(field.PropertyName);
            }
        }

        foreach (var inner in Message.Structs)
        {
            _typeNames[inner.Name] = taken.Contains(inner.Name) ? inner.Name + "Data" : inner.Name;
        }
    }

    private void Reach(StructSchema target, VersionRange known)
    {
        foreach (var field in target.Fields)
        {
            var possible = field.Versions.Intersect(known);
            if (!field.Type.IsStruct || possible.IsEmpty)
            {
                continue;
            }

            var inner = Message.FindStruct(field.Type.Element)!;
            var before = Known(inner);
            var now = before.Hull(possible);
            if (!now.Equals(before))
            {
                _known[inner.Name] = now;
                Reach(inner, now);
            }
        }
    }

    private void NeedDefaultCheck(string structName)
    {
        if (!_needDefaultCheck.Add(structName))
        {
            return;
        }

        foreach (var field in Message.FindStruct(structName)!.Fields)
        {
            if (field.Type.IsStruct && !field.Type.IsArray && field.Default != "null")
            {
                NeedDefaultCheck(field.Type.Element);
            }
        }
    }
}
