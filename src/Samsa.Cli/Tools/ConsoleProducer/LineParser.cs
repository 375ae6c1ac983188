using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Samsa.Client.Producer;
using Samsa.Protocol.Records;

namespace Samsa.Cli.Tools.ConsoleProducer;

/// <summary>
/// Makes records of lines by the rules of Kafka's line reader: <c>headers DELIMITER key SEPARATOR value</c>, headers and key only where they are
/// asked for. Lines are taken as bytes, and what is no UTF-8 stays what it is; Kafka's reader replaces it. One thread.
/// </summary>
internal sealed class LineParser
{
    private readonly string _topic;
    private readonly bool _parsesKey;
    private readonly bool _parsesHeaders;
    private readonly bool _ignoresErrors;
    private readonly byte[] _keySeparator;
    private readonly byte[] _headersDelimiter;
    private readonly byte[]? _nullMarker;
    private readonly string? _nullText;
    private readonly string _headerKeySeparator;
    private readonly Regex _headerSeparator;
    private long _line;

    /// <param name="topic">The topic of the records.</param>
    /// <param name="settings">Kafka's settings of the reader; others are left out, as a reader of one's own might need them.</param>
    /// <exception cref="LineException">Two separators are the same, or one is no regular expression.</exception>
    public LineParser(string topic, IReadOnlyDictionary<string, string> settings)
    {
        _topic = topic;
        _parsesKey = IsTrue("parse.key");
        _parsesHeaders = IsTrue("parse.headers");
        _ignoresErrors = IsTrue("ignore.error");
        string keySeparator = settings.GetValueOrDefault("key.separator", "\t");
        string headersDelimiter = settings.GetValueOrDefault("headers.delimiter", "\t");
        string headersSeparator = settings.GetValueOrDefault("headers.separator", ",");
        _headerKeySeparator = settings.GetValueOrDefault("headers.key.separator", ":");
        _nullText = settings.GetValueOrDefault("null.marker");
        Differ("headers.delimiter", headersDelimiter, "headers.separator", headersSeparator);
        Differ("headers.delimiter", headersDelimiter, "headers.key.separator", _headerKeySeparator);
        Differ("headers.separator", headersSeparator, "headers.key.separator", _headerKeySeparator);
        Differ("null.marker", _nullText, "key.separator", keySeparator);
        Differ("null.marker", _nullText, "headers.separator", headersSeparator);
        Differ("null.marker", _nullText, "headers.delimiter", headersDelimiter);
        Differ("null.marker", _nullText, "headers.key.separator", _headerKeySeparator);
        _keySeparator = Encoding.UTF8.GetBytes(keySeparator);
        _headersDelimiter = Encoding.UTF8.GetBytes(headersDelimiter);
        _nullMarker = _nullText is null ? null : Encoding.UTF8.GetBytes(_nullText);
        try
        {
            _headerSeparator = new Regex(headersSeparator, RegexOptions.CultureInvariant);
        }
        catch (ArgumentException e)
        {
            throw new LineException($"headers.separator is no regular expression: {e.Message}");
        }

        bool IsTrue(string key) => settings.TryGetValue(key, out string? value) && value.Trim().Equals("true", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>The record of the next line, in the line's memory.</summary>
    /// <exception cref="LineException">The line lacks a separator.</exception>
    public ProducerRecord Parse(ReadOnlyMemory<byte> line)
    {
        _line++;
        int at = 0;
        var headers = Take(_parsesHeaders, line, _headersDelimiter, "headers delimiter", ref at);
        var key = Take(_parsesKey, line, _keySeparator, "key separator", ref at);
        return new ProducerRecord
        {
            Topic = _topic,
            Key = key is null ? OptionalMemory.Null : NullOr(key.Value),
            Value = NullOr(line[at..]),
            Headers = headers is null || IsNullMarker(headers.Value.Span) ? default : HeadersOf(Encoding.UTF8.GetString(headers.Value.Span)),
        };
    }

    private static void Differ(string name, string? value, string otherName, string otherValue)
    {
        if (value == otherValue)
            throw new LineException($"{name} and {otherName} may not be equal");
    }

    /// <summary>What stands before the separator; the place moves behind it. Null where it is not looked for, or missing and not missed.</summary>
    private ReadOnlyMemory<byte>? Take(bool isParsed, ReadOnlyMemory<byte> line, byte[] separator, string what, ref int at)
    {
        if (!isParsed)
            return null;
        int length = line.Span[at..].IndexOf(separator);
        if (length < 0)
        {
            return _ignoresErrors
                ? null
                : throw new LineException(string.Create(
                    CultureInfo.InvariantCulture, $"No {what} found on line number {_line}: '{Encoding.UTF8.GetString(line.Span)}'"));
        }

        var taken = line.Slice(at, length);
        at += length + separator.Length;
        return taken;
    }

    private OptionalMemory NullOr(ReadOnlyMemory<byte> bytes) => IsNullMarker(bytes.Span) ? OptionalMemory.Null : new OptionalMemory(bytes);

    private bool IsNullMarker(ReadOnlySpan<byte> bytes) => _nullMarker is not null && bytes.SequenceEqual(_nullMarker);

    private RecordHeader[] HeadersOf(string text)
    {
        var pairs = Split(text);
        var headers = new RecordHeader[pairs.Count];
        for (int i = 0; i < headers.Length; i++)
            headers[i] = Header(pairs[i]);
        return headers;
    }

    // As Java splits: no empty text for a separator without letters at the start, none at the end.
    private List<string> Split(string text)
    {
        List<string> parts = [];
        int start = 0;
        for (var match = _headerSeparator.Match(text); match.Success; match = match.NextMatch())
        {
            if (match.Length == 0 && (match.Index == 0 || match.Index == text.Length))
                continue;
            parts.Add(text[start..match.Index]);
            start = match.Index + match.Length;
        }

        if (parts.Count == 0)
            return [text];
        parts.Add(text[start..]);
        while (parts.Count > 0 && parts[^1].Length == 0)
            parts.RemoveAt(parts.Count - 1);
        return parts;
    }

    private RecordHeader Header(string pair)
    {
        int at = pair.IndexOf(_headerKeySeparator, StringComparison.Ordinal);
        if (at < 0)
        {
            return _ignoresErrors
                ? new RecordHeader(pair, null)
                : throw new LineException(string.Create(
                    CultureInfo.InvariantCulture, $"No header key separator found in pair '{pair}' on line number {_line}"));
        }

        string key = pair[..at];
        if (key == _nullText)
            throw new LineException($"Header keys should not be equal to the null marker '{_nullText}' as they can't be null");
        string value = pair[(at + _headerKeySeparator.Length)..];
        return new RecordHeader(key, value == _nullText ? null : Encoding.UTF8.GetBytes(value));
    }
}
