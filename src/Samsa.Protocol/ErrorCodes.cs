using System.Globalization;

namespace Samsa.Protocol;

/// <summary>What the table <c>schemas/kafka/errors.table</c> says about error codes.</summary>
public static partial class ErrorCodes
{
    /// <summary>Kafka's name of the code, such as <c>UNKNOWN_TOPIC_OR_PARTITION</c>; the number for a code that is not in the table.</summary>
    public static string Name(this ErrorCode code) => KnownName(code) ?? ((short)code).ToString(CultureInfo.InvariantCulture);

    /// <summary>True when the same request may succeed later. Unknown codes are not retriable.</summary>
    public static bool IsRetriable(this ErrorCode code) => RetriableInTable(code);

    /// <summary>True when a client should fetch metadata again before it tries again.</summary>
    public static bool RefreshesMetadata(this ErrorCode code) => RefreshesMetadataInTable(code);

    /// <summary>A short sentence on when the code is used; empty for a code that is not in the table.</summary>
    public static string Description(this ErrorCode code) => DescriptionInTable(code);
}
