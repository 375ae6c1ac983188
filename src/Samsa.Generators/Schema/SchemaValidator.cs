namespace Samsa.Generators.Schema;

/// <summary>Checks what a single line cannot know: references, tags, ranges and clashes of names.</summary>
internal static class SchemaValidator
{
    public static void Validate(SchemaFile file)
    {
        foreach (var message in file.Messages)
        {
            if (!message.Flexible.IsEmpty && message.Flexible.To < message.Versions.To)
            {
                Add(file, message.Line, $"{message.Name}: a message that became flexible stays so; write '{message.Flexible.From}+'");
            }

            ValidateStruct(file, message, message.Root);
            foreach (var inner in message.Structs)
            {
                ValidateStruct(file, message, inner);
            }
        }
    }

    private static void ValidateStruct(SchemaFile file, MessageSchema message, StructSchema target)
    {
        var names = new HashSet<string>();
        var tags = new HashSet<int>();
        foreach (var field in target.Fields)
        {
            var where = $"{target.Name}.{field.Name}";
            if (!names.Add(field.PropertyName))
            {
                Add(file, field.Line, $"{where} is declared twice");
            }

            if (field.Type.IsStruct && !message.IsRecord && message.FindStruct(field.Type.Element) is null)
            {
                Add(file, field.Line, $"{where}: the struct {field.Type.Element} is declared nowhere in {message.Name}");
            }

            if (field.Versions.Intersect(message.Versions).IsEmpty)
            {
                Add(file, field.Line, $"{where} is in no version of {message.Name} ({message.Versions})");
            }

            if (!field.Nullable.IsEmpty && !field.Type.CanBeNull)
            {
                Add(file, field.Line, $"{where}: {field.Type} has no null on the wire");
            }

            if (field.Tag < 0 != field.Tagged.IsEmpty)
            {
                Add(file, field.Line, $"{where}: 'tagged' needs a 'tag'");
            }

            if (field.Tag >= 0 && !tags.Add(field.Tag))
            {
                Add(file, field.Line, $"{where}: the tag {field.Tag} is taken");
            }

            if (!field.Tagged.IsEmpty && !message.Flexible.Contains(field.Tagged.Intersect(message.Versions)))
            {
                Add(file, field.Line, $"{where} is tagged in a version that is not flexible");
            }

            if (field.Default == "null" && field.Nullable.IsEmpty)
            {
                Add(file, field.Line, $"{where}: the default is null but null is not allowed");
            }
        }
    }

    private static void Add(SchemaFile file, int line, string message) => file.Errors.Add(new SchemaError(file.Path, line, message));
}
