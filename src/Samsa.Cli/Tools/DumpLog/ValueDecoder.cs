using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Samsa.Cli.Tools.DumpLog;

/// <summary>
/// The decoders that <c>--key-decoder-class</c> and <c>--value-decoder-class</c> may name: those that come with Kafka. A class of
/// the user's own cannot run here, because it is Java.
/// </summary>
internal static class ValueDecoder
{
    /// <summary>The decoder that is used when none is named.</summary>
    public const string Default = Package + "StringDecoder";

    private const string Package = "org.apache.kafka.tools.api.";
    private const string OldPackage = "kafka.serializer.";

    /// <summary>Turns bytes into text; null when they are too few.</summary>
    public delegate string? Decoder(ReadOnlySpan<byte> bytes);

    /// <summary>Finds a decoder. Names from before Kafka 3.8 are told so on standard output, as 3.9 does.</summary>
    /// <exception cref="ToolException">The class is none that comes with Kafka.</exception>
    public static Decoder Find(string className, ToolConsole console)
    {
        string name = className;
        if (name.StartsWith(OldPackage, StringComparison.Ordinal) && Find(name[OldPackage.Length..]) is not null)
        {
            name = Package + name[OldPackage.Length..];
            console.Output.WriteLine($"{className} is deprecated. Please use {name} instead");
        }

        Decoder? found = name.StartsWith(Package, StringComparison.Ordinal) ? Find(name[Package.Length..]) : null;
        return found ?? throw new ToolException(
            $"the decoder class {className} is unknown: Samsa runs no Java classes; there are {Package}StringDecoder, LongDecoder, IntegerDecoder and DefaultDecoder");
    }

    private static Decoder? Find(string simpleName) => simpleName switch
    {
        "StringDecoder" => static bytes => Encoding.UTF8.GetString(bytes),
        "LongDecoder" => static bytes => bytes.Length < sizeof(long)
            ? null
            : BinaryPrimitives.ReadInt64BigEndian(bytes).ToString(CultureInfo.InvariantCulture),
        "IntegerDecoder" => static bytes => bytes.Length < sizeof(int)
            ? null
            : BinaryPrimitives.ReadInt32BigEndian(bytes).ToString(CultureInfo.InvariantCulture),
        // Kafka prints the address of the bytes in memory; their letters tell more.
        "DefaultDecoder" => static bytes => Convert.ToHexStringLower(bytes),
        _ => null,
    };
}
