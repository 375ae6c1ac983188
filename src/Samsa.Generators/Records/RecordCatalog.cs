using Samsa.Generators.Schema;

namespace Samsa.Generators.Records;

/// <summary>All records of ZooKeeper by name, checked for what one file cannot know: clashes, unknown types, types that jute lacks.</summary>
internal sealed class RecordCatalog
{
    private static readonly HashSet<string> Primitives = ["bool", "int8", "int32", "int64", "string", "bytes"];

    private readonly Dictionary<string, MessageSchema> _byName = [];

    public RecordCatalog(List<SchemaFile> files, List<SchemaError> errors)
    {
        foreach (var file in files)
        {
            errors.AddRange(file.Errors);
            foreach (var message in file.Messages)
            {
                if (!message.IsRecord)
                {
                    errors.Add(new SchemaError(file.Path, message.Line, $"{message.Name}: schemas/zookeeper declares nothing but records"));
                }
                else if (_byName.ContainsKey(message.Name))
                {
                    errors.Add(new SchemaError(file.Path, message.Line, $"{message.Name}: another record has this name"));
                }
                else
                {
                    _byName.Add(message.Name, message);
                    Records.Add(message);
                }
            }
        }

        foreach (var file in files)
        {
            foreach (var message in file.Messages)
            {
                CheckFields(file, message, errors);
            }
        }
    }

    public List<MessageSchema> Records { get; } = [];

    /// <summary>The bytes that a value of the type takes at least.</summary>
    public int MinimumSize(string element)
    {
        switch (element)
        {
            case "bool" or "int8":
                return 1;
            case "int32" or "string" or "bytes":
                return 4;
            case "int64":
                return 8;
        }

        var size = 0;
        foreach (var field in _byName[element].Root.Fields)
        {
            size += field.Type.IsArray ? 4 : MinimumSize(field.Type.Element);
        }

        return Math.Max(size, 1);
    }

    private void CheckFields(SchemaFile file, MessageSchema message, List<SchemaError> errors)
    {
        foreach (var field in message.Root.Fields)
        {
            var type = field.Type;
            var problem = type.IsStruct && !_byName.ContainsKey(type.Element) ? $"the record {type.Element} is declared nowhere"
                : !type.IsStruct && !Primitives.Contains(type.Element) ? $"jute has no {type.Element}"
                : type.IsArray && !type.IsStruct && type.Element != "string" ? $"no record of ZooKeeper has a vector of {type.Element}"
                : type.Element == message.Name ? "a record cannot hold itself"
                : null;
            if (problem is not null)
            {
                errors.Add(new SchemaError(file.Path, field.Line, $"{message.Name}.{field.Name}: {problem}"));
            }
        }
    }
}
