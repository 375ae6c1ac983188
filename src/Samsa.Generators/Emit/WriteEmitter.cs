using Samsa.Generators.Schema;

namespace Samsa.Generators.Emit;

/// <summary>Writes the <c>Write</c> method of a message or struct.</summary>
internal sealed class WriteEmitter(CodeWriter code, MessageModel model, StructSchema target)
{
    private readonly MessageSchema _message = model.Message;
    private readonly VersionRange _known = model.Known(target);

    public void Emit()
    {
        foreach (var field in target.Fields)
        {
            EmitField(new FieldCode(field, model));
        }

        TaggedSection();
    }

    private void EmitField(FieldCode field)
    {
        var condition = VersionConditions.In(field.Field.Versions, _known);
        var possible = field.Field.Versions.Intersect(_known);
        if (condition == "false")
        {
            return;
        }

        var allTagged = field.Field.Tagged.Contains(possible);
        var open = false;
        if (!allTagged)
        {
            var notTagged = field.Field.Tagged.IsEmpty ? null : $"!({VersionConditions.In(field.Field.Tagged, possible)})";
            open = code.OpenIf(condition is null ? notTagged : notTagged is null ? condition : $"{condition} && {notTagged}");
            Write(field, possible, inTaggedSection: false);
            if (open)
            {
                code.Close();
            }
        }

        if (condition is null || field.Field.Ignorable)
        {
            return;
        }

        var absent = allTagged || !field.Field.Tagged.IsEmpty ? $"!({condition}) && " : "";
        code.Open(absent.Length > 0 || !open ? $"if (!({condition}) && {field.IsNotDefault})" : $"else if ({field.IsNotDefault})");
        code.Line($"throw MessageErrors.Unwritable(\"{Path(field)}\", version);");
        code.Close();
    }

    private void TaggedSection()
    {
        var condition = VersionConditions.In(_message.Flexible, _known);
        if (condition != "false")
        {
            var open = code.OpenIf(condition is null ? null : "flexible");
            TaggedFields(_message.Flexible.Intersect(_known));
            if (!open)
            {
                return;
            }

            code.Close();
        }

        code.Open(condition == "false" ? "if (UnknownTaggedFields is { Count: > 0 })" : "else if (UnknownTaggedFields is { Count: > 0 })");
        code.Line($"throw MessageErrors.UnwritableTags(\"{_message.Name}{(target == _message.Root ? "" : "." + model.TypeName(target.Name))}\", version);");
        code.Close();
    }

    private void TaggedFields(VersionRange known)
    {
        var fields = target.Fields.FindAll(field => !field.Tagged.Intersect(known).IsEmpty);
        if (fields.Count == 0)
        {
            code.Line("TaggedFields.Write(writer, UnknownTaggedFields);");
            return;
        }

        fields.Sort((left, right) => left.Tag.CompareTo(right.Tag));
        code.Line("var tags = UnknownTaggedFields?.Count ?? 0;");
        foreach (var field in fields)
        {
            code.Line($"var has{field.PropertyName} = {Present(field, known)};");
            code.Line($"tags += has{field.PropertyName} ? 1 : 0;");
        }

        code.Line("writer.WriteUnsignedVarint((uint)tags);");
        code.Open("if (tags > 0)");
        code.Line("var unknown = 0;");
        foreach (var field in fields)
        {
            // In a version that lacks the field, its tag is one like any other that is not known.
            var inVersion = VersionConditions.In(field.Tagged, known);
            var open = code.OpenIf(inVersion);
            code.Line($"unknown = TaggedFields.WriteBelow(writer, UnknownTaggedFields, unknown, {field.Tag});");
            code.Open($"if (has{field.PropertyName})");
            code.Line($"var start = writer.BeginTaggedField({field.Tag});");
            Write(new FieldCode(field, model), field.Tagged.Intersect(known), inTaggedSection: true);
            code.Line("writer.EndTaggedField(start);");
            code.Close();
            if (open)
            {
                code.Close();
            }
        }

        code.Line("TaggedFields.WriteBelow(writer, UnknownTaggedFields, unknown, long.MaxValue);");
        code.Close();
    }

    private string Present(FieldSchema field, VersionRange known)
    {
        var condition = VersionConditions.In(field.Tagged, known);
        var value = new FieldCode(field, model).IsNotDefault;
        return condition is null ? value : $"{condition} && {value}";
    }

    private void Write(FieldCode field, VersionRange known, bool inTaggedSection)
    {
        var type = field.Field.Type;
        var flexible = inTaggedSection ? "true" : VersionConditions.Flexible(field.Field, _message.Flexible, known);
        var nullAllowed = VersionConditions.In(field.Field.Nullable, known);
        if ((field.IsNullable || type.Element == "records") && nullAllowed is not null)
        {
            var isNull = type.Element == "records" ? $"{field.Name}.IsNull" : $"{field.Name} is null";
            code.Open(nullAllowed == "false" ? $"if ({isNull})" : $"if ({isNull} && !({nullAllowed}))");
            code.Line($"throw MessageErrors.UnwritableNull(\"{Path(field)}\", version);");
            code.Close();
        }

        if (type.IsArray && type.IsStruct)
        {
            WriteStructs(field, flexible);
        }
        else if (type.IsArray)
        {
            code.Line($"ListCodec.Write{WireNames.Of(type.Element)}(writer, {field.Name}, {flexible});");
        }
        else if (type.IsStruct)
        {
            WriteStruct(field, nullAllowed);
        }
        else if (type.Element is "string" or "bytes" or "records")
        {
            code.Line($"writer.Write{WireNames.Of(type.Element)}({field.Name}, {flexible});");
        }
        else
        {
            code.Line($"writer.Write{WireNames.Of(type.Element)}({(field.IsErrorCode ? "(short)" : "")}{field.Name});");
        }
    }

    private void WriteStructs(FieldCode field, string flexible)
    {
        var local = field.BackingField.Substring(1) + "Value";
        code.Line($"var {local} = {(field.IsLazy ? field.BackingField : field.Name)};");
        code.Line($"writer.WriteArrayLength({local}?.Count ?? {(field.IsLazy ? "0" : "-1")}, {flexible});");
        code.Open($"for (var i = 0; i < {local}?.Count; i++)");
        code.Line($"{local}[i].Write(writer, version);");
        code.Close();
    }

    private void WriteStruct(FieldCode field, string? nullAllowed)
    {
        if (nullAllowed == "false")
        {
            code.Line($"{field.Name}.Write(writer, version);");
            return;
        }

        if (nullAllowed is null)
        {
            code.Line($"writer.WriteIsPresent({field.Name} is not null);");
        }
        else
        {
            code.Open($"if ({nullAllowed})");
            code.Line($"writer.WriteIsPresent({field.Name} is not null);");
            code.Close();
        }

        code.Line($"{field.Name}?.Write(writer, version);");
    }

    private string Path(FieldCode field) =>
        $"{_message.Name}.{(target == _message.Root ? "" : model.TypeName(target.Name) + ".")}{field.Name}";
}
