using System.Globalization;

namespace Samsa.Generators.Schema;

/// <summary>
/// Reads the schema language of <c>schemas/kafka</c> and <c>schemas/zookeeper</c> (see docs/decisions/0002): one field per line,
/// structs by indentation of two spaces. Every mistake becomes a <see cref="SchemaError"/> with its line; parsing goes on so that all of them show at once.
/// </summary>
internal sealed class SchemaParser
{
    private static readonly HashSet<string> RecordKinds =
    [
        "header", "data", "metadata", "remote-log-metadata", "group-key", "group-value", "transaction-key", "transaction-value",
        "share-key", "share-value",
    ];

    private readonly SchemaFile _file;
    private readonly List<(int Indent, StructSchema Target)> _open = [];
    private MessageSchema? _message;
    private FieldSchema? _lastField;
    private string? _doc;
    private int _line;

    private SchemaParser(string path) => _file = new SchemaFile(path);

    public static SchemaFile Parse(string path, string text)
    {
        var parser = new SchemaParser(path);
        foreach (var line in text.Split('\n'))
        {
            parser._line++;
            parser.ParseLine(line.TrimEnd());
        }

        if (parser._file.Messages.Count == 0)
        {
            parser.Error("the file declares no message: expected 'api', 'header', 'data', 'record' or a kind of stored record");
        }

        SchemaValidator.Validate(parser._file);
        return parser._file;
    }

    private void ParseLine(string line)
    {
        var body = line.TrimStart(' ');
        if (body.Length == 0 || body[0] == '#')
        {
            return;
        }

        if (body[0] == '\t')
        {
            Error("indentation is made of spaces, two for each level");
            return;
        }

        if (body.StartsWith("//", StringComparison.Ordinal))
        {
            var text = body.Substring(2).Trim();
            _doc = _doc is null ? text : _doc + " " + text;
            return;
        }

        var doc = _doc;
        _doc = null;
        var comment = body.IndexOf(" //", StringComparison.Ordinal);
        if (comment >= 0)
        {
            doc = doc is null ? body.Substring(comment + 3).Trim() : doc + " " + body.Substring(comment + 3).Trim();
            body = body.Substring(0, comment).TrimEnd();
        }

        var words = body.Split([' '], StringSplitOptions.RemoveEmptyEntries);
        var indent = line.Length - line.TrimStart(' ').Length;
        if (indent == 0)
        {
            ParseDeclaration(words, body, doc);
        }
        else if (_message is null)
        {
            Error("a field needs a message above it");
        }
        else if (words[0] == "struct")
        {
            ParseStruct(indent, words, doc);
        }
        else
        {
            ParseField(indent, words, doc);
        }
    }

    private void ParseDeclaration(string[] words, string body, string? doc)
    {
        _message = null;
        _lastField = null;
        switch (words[0])
        {
            case "api":
                if (words.Length != 3 || !TryKey(words[1], out var apiKey))
                {
                    Error("expected 'api <key> <Name>'");
                    return;
                }

                _file.ApiKey = apiKey;
                _file.ApiName = words[2];
                _file.Doc = doc;
                return;
            case "record":
                if (words.Length != 2)
                {
                    Error("expected 'record <Name>'");
                    return;
                }

                Open(new MessageSchema("record", words[1], -1, _line) { Versions = new VersionRange(0, 0) }, doc);
                return;
            case "request" or "response" when _file.ApiName is null:
                Error($"'{words[0]}' needs a line 'api <key> <Name>' above it");
                return;
            case "request":
                Begin(new MessageSchema("request", _file.ApiName + "Request", _file.ApiKey, _line), 1, body, doc ?? _file.Doc);
                return;
            case "response":
                Begin(new MessageSchema("response", _file.ApiName + "Response", _file.ApiKey, _line), 1, body, doc ?? _file.Doc);
                return;
        }

        if (!RecordKinds.Contains(words[0]))
        {
            Error($"unknown kind of message '{words[0]}'");
            return;
        }

        var key = -1;
        var hasKey = words.Length > 1 && TryKey(words[1], out key);
        var nameAt = hasKey ? 2 : 1;
        if (words.Length <= nameAt)
        {
            Error($"expected '{words[0]} [key] <Name> versions <range>, ...'");
            return;
        }

        Begin(new MessageSchema(words[0], words[nameAt], hasKey ? key : -1, _line), nameAt + 1, body, doc);
    }

    private void Begin(MessageSchema message, int skipWords, string body, string? doc)
    {
        Open(message, doc);

        var options = body;
        for (var i = 0; i < skipWords; i++)
        {
            var space = options.IndexOf(' ');
            options = space < 0 ? "" : options.Substring(space).TrimStart();
        }

        foreach (var option in options.Split(','))
        {
            ParseOption(message, option.Split([' '], StringSplitOptions.RemoveEmptyEntries));
        }

        if (message.Versions.IsEmpty || message.Versions.To == VersionRange.Open)
        {
            Error($"{message.Name} needs 'versions <lowest>-<highest>'");
            message.Versions = new VersionRange(0, 0);
        }
    }

    private void Open(MessageSchema message, string? doc)
    {
        message.Doc = doc;
        _message = message;
        _open.Clear();
        _open.Add((2, message.Root));
        _file.Messages.Add(message);
    }

    private void ParseOption(MessageSchema message, string[] words)
    {
        var name = words.Length == 0 ? "" : words[0];
        switch (name)
        {
            case "versions" when words.Length == 2:
                message.Versions = Range(words[1]);
                break;
            case "flexible" when words.Length == 2:
                message.Flexible = Range(words[1]);
                break;
            case "deprecated" when words.Length == 2:
                message.Deprecated = Range(words[1]);
                break;
            case "latest-unstable" when words.Length == 1:
                message.LatestUnstable = true;
                break;
            case "listeners" when words.Length > 1:
                for (var i = 1; i < words.Length; i++)
                {
                    message.Listeners.Add(words[i]);
                }

                break;
            default:
                Error($"cannot read the option '{string.Join(" ", words)}': expected versions, flexible, deprecated, latest-unstable or listeners");
                break;
        }
    }

    private void ParseStruct(int indent, string[] words, string? doc)
    {
        if (indent != 2 || words.Length != 2)
        {
            Error("expected 'struct <Name>', indented by two spaces");
            return;
        }

        var shared = new StructSchema(words[1], _line) { Doc = doc };
        AddStruct(shared);
        _open.Clear();
        _open.Add((4, shared));
        _lastField = null;
    }

    private void ParseField(int indent, string[] words, string? doc)
    {
        while (_open.Count > 1 && _open[_open.Count - 1].Indent > indent)
        {
            _open.RemoveAt(_open.Count - 1);
            _lastField = null;
        }

        var (expected, target) = _open[_open.Count - 1];
        if (indent == expected + 2 && _lastField is { } owner)
        {
            target = new StructSchema(owner.Type.Element, owner.Line) { Doc = owner.Doc };
            if (!owner.Type.IsStruct)
            {
                Error($"{owner.Name} is of the primitive type {owner.Type} and cannot have fields");
                return;
            }

            AddStruct(target);
            _open.Add((indent, target));
        }
        else if (indent != expected)
        {
            Error($"the indentation is {indent} spaces, expected {expected}");
            return;
        }

        var field = FieldLineParser.Parse(words, _line, _message!.IsRecord, Error);
        if (field is not null)
        {
            field.Doc = doc;
            target.Fields.Add(field);
            _lastField = field;
        }
    }

    private void AddStruct(StructSchema added)
    {
        if (_message!.FindStruct(added.Name) is { } other)
        {
            Error($"the struct {added.Name} is already declared in line {other.Line}");
        }

        _message.Structs.Add(added);
    }

    private VersionRange Range(string text)
    {
        if (!VersionRange.TryParse(text, out var range))
        {
            Error($"'{text}' is not a version range: expected 3, 3-5, 3+ or none");
        }

        return range;
    }

    private static bool TryKey(string text, out int key) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out key) && key <= short.MaxValue;

    private void Error(string message) => _file.Errors.Add(new SchemaError(_file.Path, _line, message));
}
