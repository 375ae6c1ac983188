using Samsa.Protocol.Records;

namespace Samsa.Protocol.Compression;

/// <summary>The levels of the codecs: ranges and defaults of <c>compression.gzip.level</c>, <c>.lz4.level</c> and <c>.zstd.level</c> (KIP-390).</summary>
public static class CompressionLevels
{
    /// <summary>Kafka's name for "what zlib thinks best".</summary>
    public const int GzipDefault = -1;

    /// <summary>The lowest level of gzip apart from <see cref="GzipDefault"/>.</summary>
    public const int GzipMin = 1;

    /// <summary>The highest level of gzip.</summary>
    public const int GzipMax = 9;

    /// <summary>This very level means the fast compressor; every other one the high-compression one.</summary>
    public const int Lz4Default = 9;

    /// <summary>The lowest level of lz4.</summary>
    public const int Lz4Min = 1;

    /// <summary>The highest level of lz4 (the library does not go further than 12).</summary>
    public const int Lz4Max = 17;

    /// <summary>The default of zstd.</summary>
    public const int ZstdDefault = 3;

    /// <summary>The lowest level of zstd: negative levels trade ratio for speed.</summary>
    public const int ZstdMin = -131072;

    /// <summary>The highest level of zstd.</summary>
    public const int ZstdMax = 22;

    /// <summary>True when the codec takes this level. None and snappy have no levels: any number is ignored.</summary>
    public static bool IsValid(CompressionType type, int level) => type switch
    {
        CompressionType.Gzip => level is GzipDefault or (>= GzipMin and <= GzipMax),
        CompressionType.Lz4 => level is >= Lz4Min and <= Lz4Max,
        CompressionType.Zstd => level is >= ZstdMin and <= ZstdMax,
        _ => true,
    };

    /// <summary>The level to use: the given one, or the codec's default.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The codec does not have this level.</exception>
    public static int Resolve(CompressionType type, int? level)
    {
        if (level is null)
        {
            return type switch
            {
                CompressionType.Gzip => GzipDefault,
                CompressionType.Lz4 => Lz4Default,
                CompressionType.Zstd => ZstdDefault,
                _ => 0,
            };
        }

        return IsValid(type, level.Value)
            ? level.Value
            : throw new ArgumentOutOfRangeException(nameof(level), level, $"{type} takes levels {Describe(type)}.");
    }

    private static string Describe(CompressionType type) => type switch
    {
        CompressionType.Gzip => $"{GzipMin} to {GzipMax}, or {GzipDefault}",
        CompressionType.Lz4 => $"{Lz4Min} to {Lz4Max}",
        _ => $"{ZstdMin} to {ZstdMax}",
    };
}
