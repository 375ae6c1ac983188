using Samsa.Protocol;

namespace Samsa.Broker.Metadata;

/// <summary>The outcome of one change: <see cref="ErrorCode.None"/> without a message, or a code with a text for the client.</summary>
public readonly record struct MetadataError(ErrorCode Code, string? Message)
{
    /// <summary>Success.</summary>
    public static MetadataError None => default;

    /// <summary>Whether it failed.</summary>
    public bool IsError => Code != ErrorCode.None;
}
