using Samsa.Generators.Schema;

namespace Samsa.Generators.Emit;

/// <summary>Writes the <c>Read</c> method of a message or struct.</summary>
internal sealed class ReadEmitter(CodeWriter code, MessageModel model, StructSchema target)
{
    private readonly MessageSchema _message = model.Message;
    private readonly VersionRange _known = model.Known(target);

    public void Emit()
    {
        foreach (var field in target.Fields)
        {
            var condition = VersionConditions.In(field.Versions, _known);
            var possible = field.Versions.Intersect(_known);
            if (condition == "false" || field.Tagged.Contains(possible))
            {
                continue;
            }

            var open = code.OpenIf(Both(condition, field.Tagged.IsEmpty ? null : $"!({VersionConditions.In(field.Tagged, possible)})"));
            Read(new FieldCode(field, model), possible, inTaggedSection: false);
            if (open)
            {
                code.Close();
            }
        }

        TaggedSection();
    }

    private void TaggedSection()
    {
        var condition = VersionConditions.In(_message.Flexible, _known);
        if (condition == "false")
        {
            return;
        }

        var known = _message.Flexible.Intersect(_known);
        var open = code.OpenIf(condition is null ? null : "flexible");
        if (!target.Fields.Exists(field => !field.Tagged.Intersect(known).IsEmpty))
        {
            code.Line("UnknownTaggedFields = TaggedFields.Read(ref reader);");
        }
        else
        {
            code.Line("var tags = reader.ReadTaggedFieldCount();");
            code.Line("long previousTag = -1;");
            code.Open("for (var t = 0; t < tags; t++)");
            code.Line("var tag = reader.BeginTaggedField(ref previousTag, out var end);");
            code.Open("switch (tag)");
            foreach (var field in target.Fields)
            {
                TaggedCase(field, known);
            }

            code.Open("default:");
            code.Line("UnknownTaggedFields = TaggedFields.Keep(UnknownTaggedFields, ref reader, tag, end);");
            code.Line("break;");
            code.Close();
            code.Close();
            code.Line("reader.EndTaggedField(tag, end);");
            code.Close();
        }

        if (open)
        {
            code.Close();
        }
    }

    private void TaggedCase(FieldSchema field, VersionRange known)
    {
        var possible = field.Tagged.Intersect(known);
        if (possible.IsEmpty)
        {
            return;
        }

        var condition = VersionConditions.In(possible, known);
        code.Open($"case {field.Tag}{(condition is null ? "" : " when " + condition)}:");
        Read(new FieldCode(field, model), possible, inTaggedSection: true);
        code.Line("break;");
        code.Close();
    }

    private void Read(FieldCode field, VersionRange known, bool inTaggedSection)
    {
        var type = field.Field.Type;
        var flexible = inTaggedSection ? "true" : VersionConditions.Flexible(field.Field, _message.Flexible, known);
        if (type.IsArray && type.IsStruct)
        {
            ReadStructs(field, known, flexible);
        }
        else if (type.IsArray)
        {
            code.Line($"{field.Name} = ListCodec.Read{WireNames.Of(type.Element)}(ref reader, {flexible}){OrNull(field, known)};");
        }
        else if (type.IsStruct)
        {
            ReadStruct(field, known);
        }
        else if (type.Element is "string" or "bytes")
        {
            code.Line($"{field.Name} = reader.Read{WireNames.Of(type.Element)}({flexible}){OrNull(field, known)};");
        }
        else if (type.Element == "records")
        {
            code.Line($"{field.Name} = reader.ReadRecords({flexible});");
            var allowed = VersionConditions.In(field.Field.Nullable, known);
            if (allowed is not null)
            {
                code.Open($"if ({field.Name}.IsNull && !({allowed}))");
                code.Line($"throw {Null(field)};");
                code.Close();
            }
        }
        else
        {
            code.Line($"{field.Name} = {(field.IsErrorCode ? "(ErrorCode)" : "")}reader.Read{WireNames.Of(type.Element)}();");
        }
    }

    private void ReadStructs(FieldCode field, VersionRange known, string flexible)
    {
        var local = field.BackingField.Substring(1);
        var size = model.MinimumElementSize(field.Field, known);
        code.Line($"var {local}Count = reader.ReadArrayLength({flexible}, {size});");
        code.Open($"if ({local}Count < 0)");
        var allowed = VersionConditions.In(field.Field.Nullable, known);
        if (allowed is not null)
        {
            code.Line(allowed == "false" ? $"throw {Null(field)};" : $"{field.Name} = {allowed} ? null : throw {Null(field)};");
        }
        else
        {
            code.Line($"{field.Name} = null;");
        }

        code.Close();
        code.Open("else");
        code.Line($"var {local}List = new List<{field.ElementType}>({local}Count);");
        code.Open($"for (var i = 0; i < {local}Count; i++)");
        code.Line($"var item = new {field.ElementType}();");
        code.Line("item.Read(ref reader, version);");
        code.Line($"{local}List.Add(item);");
        code.Close();
        code.Line($"{field.Name} = {local}List;");
        code.Close();
    }

    private void ReadStruct(FieldCode field, VersionRange known)
    {
        var allowed = VersionConditions.In(field.Field.Nullable, known);
        if (allowed == "false")
        {
            ReadPresent();
            return;
        }

        code.Open(allowed is null ? "if (reader.ReadIsPresent())" : $"if (!({allowed}) || reader.ReadIsPresent())");
        ReadPresent();
        code.Close();
        code.Open("else");
        code.Line($"{field.Name} = null;");
        code.Close();

        void ReadPresent()
        {
            code.Line($"{field.Name} = new {field.ElementType}();");
            code.Line($"{field.Name}.Read(ref reader, version);");
        }
    }

    private string OrNull(FieldCode field, VersionRange known) => VersionConditions.In(field.Field.Nullable, known) switch
    {
        null => "",
        "false" => $" ?? throw {Null(field)}",
        // default(T) and not null: a bare null would become empty memory where the type is ReadOnlyMemory<byte>?.
        var allowed => $" ?? ({allowed} ? default({field.PropertyType}) : throw {Null(field)})",
    };

    private string Null(FieldCode field) => $"MessageErrors.Null(\"{_message.Name}.{Prefix}{field.Name}\", version)";

    private string Prefix => target == _message.Root ? "" : model.TypeName(target.Name) + ".";

    private static string? Both(string? left, string? right) =>
        left is null ? right : right is null ? left : $"{left} && {right}";
}
