using Samsa.Generators.Schema;

namespace Samsa.Generators.Emit;

/// <summary>
/// Writes the body of <c>WriteJson</c> of a message or struct: every field of the version under Kafka's name for it, tagged fields
/// only where they do not hold their default.
/// </summary>
internal sealed class JsonEmitter(CodeWriter code, MessageModel model, StructSchema target)
{
    private readonly VersionRange _known = model.Known(target);

    public void Emit()
    {
        code.Line("json.BeginObject();");
        foreach (var field in target.Fields)
        {
            var condition = VersionConditions.In(field.Versions, _known);
            if (condition != "false")
            {
                var open = code.OpenIf(condition);
                Member(new FieldCode(field, model), field.Versions.Intersect(_known));
                if (open)
                {
                    code.Close();
                }
            }
        }

        code.Line("json.EndObject();");
    }

    private void Member(FieldCode field, VersionRange known)
    {
        // Kafka leaves a default out only where it does not travel either: in the versions where the field is tagged.
        var tagged = field.Field.Tagged.Intersect(known).IsEmpty ? "false" : VersionConditions.In(field.Field.Tagged, known);
        var open = tagged != "false";
        if (open)
        {
            code.Open(tagged is null ? $"if ({field.IsNotDefault})" : $"if (!({tagged}) || {field.IsNotDefault})");
        }

        var name = field.Field.Name;
        code.Line($"json.Name(\"{char.ToLowerInvariant(name[0])}{name.Substring(1)}\");");
        Value(field);
        if (open)
        {
            code.Close();
        }
    }

    private void Value(FieldCode field)
    {
        var type = field.Field.Type;
        var needsNullCheck = field.IsNullable && (type.IsArray || type.IsStruct);
        if (needsNullCheck)
        {
            code.Open($"if ({field.Name} is null)");
            code.Line("json.Null();");
            code.Close();
            code.Open("else");
        }

        if (type.IsArray)
        {
            code.Line("json.BeginArray();");
            code.Open($"foreach (var item in {field.Name})");
            code.Line(type.IsStruct ? "item.WriteJson(json, version);" : "json.Value(item);");
            code.Close();
            code.Line("json.EndArray();");
        }
        else if (type.IsStruct)
        {
            code.Line($"{field.Name}.WriteJson(json, version);");
        }
        else
        {
            code.Line($"json.Value({(field.IsErrorCode ? "(short)" : "")}{field.Name});");
        }

        if (needsNullCheck)
        {
            code.Close();
        }
    }
}
