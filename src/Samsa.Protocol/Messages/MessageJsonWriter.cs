using System.Globalization;
using System.Text;

namespace Samsa.Protocol.Messages;

/// <summary>
/// Writes JSON in the letters that Kafka's tools print: no blanks, bytes in base64, ids in the 22 letters of <see cref="KafkaUuid"/>,
/// only quotes, backslashes and control characters escaped. Owns the text so far; one thread; not for hot paths.
/// </summary>
public sealed class MessageJsonWriter
{
    private const double LargestPlain = 1e7;
    private const double SmallestPlain = 1e-3;

    private readonly StringBuilder _text = new();
    private bool _needsComma;
    private string _name = "";

    /// <summary>
    /// Asked for bytes, with the name of their field, before they are written; true when it wrote a value itself. For messages whose
    /// bytes hold another message.
    /// </summary>
    public Func<string, ReadOnlyMemory<byte>, bool>? BytesHandler { get; set; }

    /// <summary>Opens an object.</summary>
    public void BeginObject()
    {
        Separate();
        _text.Append('{');
        _needsComma = false;
    }

    /// <summary>Closes an object.</summary>
    public void EndObject()
    {
        _text.Append('}');
        _needsComma = true;
    }

    /// <summary>Opens an array.</summary>
    public void BeginArray()
    {
        Separate();
        _text.Append('[');
        _needsComma = false;
    }

    /// <summary>Closes an array.</summary>
    public void EndArray()
    {
        _text.Append(']');
        _needsComma = true;
    }

    /// <summary>The name of the value that comes next.</summary>
    public void Name(string name)
    {
        Separate();
        Quote(name);
        _text.Append(':');
        _name = name;
        _needsComma = false;
    }

    /// <summary>null.</summary>
    public void Null() => Raw("null");

    /// <summary>A number.</summary>
    public void Value(long value) => Raw(value.ToString(CultureInfo.InvariantCulture));

    /// <summary>true or false.</summary>
    public void Value(bool value) => Raw(value ? "true" : "false");

    /// <summary>An id.</summary>
    public void Value(Guid value) => Value(KafkaUuid.Format(value));

    /// <summary>A number as Java prints it; what is no number in JSON is a text.</summary>
    public void Value(double value)
    {
        if (double.IsFinite(value))
        {
            Raw(JavaText(value));
        }
        else
        {
            Value(double.IsNaN(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity");
        }
    }

    /// <summary>A text, or null.</summary>
    public void Value(string? value)
    {
        if (value is null)
        {
            Null();
            return;
        }

        Separate();
        Quote(value);
        _needsComma = true;
    }

    /// <summary>Bytes in base64.</summary>
    public void Value(ReadOnlyMemory<byte> value)
    {
        if (BytesHandler?.Invoke(_name, value) != true)
        {
            Value(Convert.ToBase64String(value.Span));
        }
    }

    /// <summary>Bytes in base64, or null.</summary>
    public void Value(ReadOnlyMemory<byte>? value)
    {
        if (value is { } bytes)
        {
            Value(bytes);
        }
        else
        {
            Null();
        }
    }

    /// <summary>The text so far.</summary>
    public override string ToString() => _text.ToString();

    /// <summary>The shortest digits that read back as the same number, in Java's layout: 1.0, 0.001, 1.0E7.</summary>
    private static string JavaText(double value)
    {
        var size = Math.Abs(value);
        if (size is 0 or (>= SmallestPlain and < LargestPlain))
        {
            var shortest = value.ToString("R", CultureInfo.InvariantCulture);
            return shortest.Contains('.', StringComparison.Ordinal) ? shortest : shortest + ".0";
        }

        var scientific = value.ToString("E16", CultureInfo.InvariantCulture);
        for (var digits = 0; digits <= 16; digits++)
        {
            var shorter = value.ToString("E" + digits.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
            if (double.Parse(shorter, CultureInfo.InvariantCulture).Equals(value))
            {
                scientific = shorter;
                break;
            }
        }

        var at = scientific.IndexOf('E', StringComparison.Ordinal);
        var exponent = int.Parse(scientific.AsSpan(at + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var mantissa = scientific[..at];
        return $"{(mantissa.Contains('.', StringComparison.Ordinal) ? mantissa : mantissa + ".0")}E{exponent.ToString(CultureInfo.InvariantCulture)}";
    }

    private void Raw(string value)
    {
        Separate();
        _text.Append(value);
        _needsComma = true;
    }

    private void Separate()
    {
        if (_needsComma)
        {
            _text.Append(',');
        }
    }

    private void Quote(string value)
    {
        _text.Append('"');
        foreach (var letter in value)
        {
            _ = letter switch
            {
                '"' => _text.Append("\\\""),
                '\\' => _text.Append("\\\\"),
                '\b' => _text.Append("\\b"),
                '\t' => _text.Append("\\t"),
                '\n' => _text.Append("\\n"),
                '\f' => _text.Append("\\f"),
                '\r' => _text.Append("\\r"),
                < ' ' => _text.Append(CultureInfo.InvariantCulture, $"\\u{(int)letter:X4}"),
                _ => _text.Append(letter),
            };
        }

        _text.Append('"');
    }
}
