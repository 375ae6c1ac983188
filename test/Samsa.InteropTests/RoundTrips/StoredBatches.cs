using System.Buffers.Binary;
using Xunit;

namespace Samsa.InteropTests.RoundTrips;

/// <summary>
/// Looks into the segments on disk. A client that does not find what it needs in the broker's answers falls back to no
/// compression without a word, so a round trip alone does not prove that a codec was used.
/// </summary>
internal static class StoredBatches
{
    private static readonly string[] Codecs = ["none", "gzip", "snappy", "lz4", "zstd"];

    /// <summary>At least one batch of the topic is stored with the codec, and none with another one.</summary>
    public static void AssertCodec(string dataDirectory, string topic, string codec)
    {
        HashSet<string> found = [];
        foreach (string directory in Directory.GetDirectories(dataDirectory, topic + "-*"))
        {
            foreach (string file in Directory.GetFiles(directory, "*.log"))
            {
                AddCodecs(File.ReadAllBytes(file), found);
            }
        }

        Assert.Contains(codec, found);
        // librdkafka leaves a batch as it is when compression would not make it smaller.
        Assert.Empty(found.Except([codec, "none"]));
    }

    /// <summary>The layout of record batches, magic 2: base offset 8, length 4, leader epoch 4, magic 1, CRC 4, attributes 2.</summary>
    private static void AddCodecs(ReadOnlySpan<byte> segment, HashSet<string> found)
    {
        while (!segment.IsEmpty)
        {
            Assert.Equal(2, segment[16]);
            found.Add(Codecs[segment[22] & 7]);
            segment = segment[(12 + BinaryPrimitives.ReadInt32BigEndian(segment[8..]))..];
        }
    }
}
