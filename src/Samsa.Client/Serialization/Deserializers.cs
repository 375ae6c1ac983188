using System.Text.Json.Serialization.Metadata;

namespace Samsa.Client.Serialization;

/// <summary>The deserializers that come with the client: the counterparts of <see cref="Serializers"/>.</summary>
public static class Deserializers
{
    /// <summary>UTF-8 as text.</summary>
    public static IDeserializer<string> Utf8 { get; } = new TextSerde();

    /// <summary>A copy of the bytes.</summary>
    public static IDeserializer<byte[]> Bytes { get; } = new BytesSerde();

    /// <summary>A copy of the bytes.</summary>
    public static IDeserializer<ReadOnlyMemory<byte>> Memory { get; } = new BytesSerde();

    /// <summary>16 bits in network order.</summary>
    public static IDeserializer<short> Int16 { get; } = new IntegerSerde<short>();

    /// <summary>32 bits in network order.</summary>
    public static IDeserializer<int> Int32 { get; } = new IntegerSerde<int>();

    /// <summary>64 bits in network order.</summary>
    public static IDeserializer<long> Int64 { get; } = new IntegerSerde<long>();

    /// <summary>The 36 characters of a Guid.</summary>
    public static IDeserializer<Guid> Guid { get; } = new GuidSerde();

    /// <summary>JSON by a contract of a source-generated <see cref="System.Text.Json.Serialization.JsonSerializerContext"/>.</summary>
    public static IDeserializer<T> Json<T>(JsonTypeInfo<T> contract)
    {
        ArgumentNullException.ThrowIfNull(contract);
        return new JsonSerde<T>(contract);
    }

    /// <summary>Tells a missing value from the default of its type: it is null.</summary>
    public static IDeserializer<T?> Nullable<T>(IDeserializer<T> deserializer) where T : struct
    {
        ArgumentNullException.ThrowIfNull(deserializer);
        return new NullableSerde<T>(null, deserializer);
    }
}
