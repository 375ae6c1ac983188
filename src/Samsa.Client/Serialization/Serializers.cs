using System.Text.Json.Serialization.Metadata;

namespace Samsa.Client.Serialization;

/// <summary>The serializers that come with the client. They write what Java's serializers of the same types write.</summary>
public static class Serializers
{
    /// <summary>Text as UTF-8.</summary>
    public static ISerializer<string> Utf8 { get; } = new TextSerde();

    /// <summary>Bytes as they are.</summary>
    public static ISerializer<byte[]> Bytes { get; } = new BytesSerde();

    /// <summary>Bytes as they are.</summary>
    public static ISerializer<ReadOnlyMemory<byte>> Memory { get; } = new BytesSerde();

    /// <summary>16 bits in network order.</summary>
    public static ISerializer<short> Int16 { get; } = new IntegerSerde<short>();

    /// <summary>32 bits in network order.</summary>
    public static ISerializer<int> Int32 { get; } = new IntegerSerde<int>();

    /// <summary>64 bits in network order.</summary>
    public static ISerializer<long> Int64 { get; } = new IntegerSerde<long>();

    /// <summary>The 36 characters of a Guid, as Java's <c>UUIDSerializer</c> writes them.</summary>
    public static ISerializer<Guid> Guid { get; } = new GuidSerde();

    /// <summary>JSON by a contract of a source-generated <see cref="System.Text.Json.Serialization.JsonSerializerContext"/>.</summary>
    public static ISerializer<T> Json<T>(JsonTypeInfo<T> contract)
    {
        ArgumentNullException.ThrowIfNull(contract);
        return new JsonSerde<T>(contract);
    }

    /// <summary>Lets values be null: they become tombstones.</summary>
    public static ISerializer<T?> Nullable<T>(ISerializer<T> serializer) where T : struct
    {
        ArgumentNullException.ThrowIfNull(serializer);
        return new NullableSerde<T>(serializer, null);
    }
}
