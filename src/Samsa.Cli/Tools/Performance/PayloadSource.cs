using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Samsa.Cli.Tools.Performance;

/// <summary>
/// Makes the values of <c>kafka-producer-perf-test</c>. Owns one buffer: a value is valid until the next one. One caller. The same in
/// every run.
/// </summary>
internal abstract class PayloadSource
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>The value of a record.</summary>
    /// <param name="number">How many came before it.</param>
    public abstract ReadOnlyMemory<byte> Next(long number);

    /// <summary>Capital letters by chance.</summary>
    public static PayloadSource OfSize(int size) => new Letters(size);

    /// <summary>The number as text.</summary>
    public static PayloadSource Counting() => new Numbers();

    /// <summary>A value of a file by chance.</summary>
    /// <param name="path">The file.</param>
    /// <param name="delimiter">The regular expression between values.</param>
    /// <param name="output">Where it is said what was read.</param>
    /// <param name="release">In whose words.</param>
    /// <exception cref="ToolException">The file cannot be read, or there is nothing in it.</exception>
    public static PayloadSource OfFile(string path, string delimiter, TextWriter output, KafkaRelease release)
    {
        string full = Path.GetFullPath(path);
        output.WriteLine($"Reading payloads from: {full}");
        try
        {
            if (!File.Exists(full) || new FileInfo(full).Length == 0)
                throw new ToolException("File does not exist or empty file provided.");
            var values = Split(File.ReadAllText(full, Utf8), delimiter);
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"Number of {(release == KafkaRelease.V43 ? "records" : "messages")} read: {values.Count}"));
            return new Values([.. values.Select(Utf8.GetBytes)]);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or RegexParseException)
        {
            throw new ToolException(e.Message);
        }
    }

    // As Java splits: nothing for what is empty at the end, one empty value for an empty text.
    private static List<string> Split(string text, string delimiter)
    {
        List<string> values = [.. Regex.Split(text, delimiter == "\\n" ? "\n" : delimiter, RegexOptions.ExplicitCapture)];
        while (values.Count > 0 && values[^1].Length == 0)
            values.RemoveAt(values.Count - 1);
        return values.Count > 0 ? values : throw new ToolException("There is no value in the file.");
    }

    private sealed class Letters(int size) : PayloadSource
    {
        private readonly byte[] _value = new byte[size];
        private ulong _state = 0x9E3779B97F4A7C15;

        // Eleven letters of each 64 random bits: making values must not be what is measured.
        public override ReadOnlyMemory<byte> Next(long number)
        {
            const int Alphabet = 26;
            const int PerDraw = 11;
            for (int i = 0; i < _value.Length;)
            {
                _state ^= _state << 13;
                _state ^= _state >> 7;
                _state ^= _state << 17;
                ulong bits = _state;
                for (int end = Math.Min(i + PerDraw, _value.Length); i < end; i++, bits /= Alphabet)
                    _value[i] = (byte)('A' + bits % Alphabet);
            }

            return _value;
        }
    }

    private sealed class Numbers : PayloadSource
    {
        private const int MostDigits = 20;

        private readonly byte[] _value = new byte[MostDigits];

        public override ReadOnlyMemory<byte> Next(long number)
        {
            number.TryFormat(_value, out int length, provider: CultureInfo.InvariantCulture);
            return _value.AsMemory(0, length);
        }
    }

    private sealed class Values(byte[][] values) : PayloadSource
    {
        private readonly Random _random = new(0);

        public override ReadOnlyMemory<byte> Next(long number) => values[_random.Next(values.Length)];
    }
}
