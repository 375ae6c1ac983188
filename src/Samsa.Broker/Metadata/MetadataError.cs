using Samsa.Protocol;

namespace Samsa.Broker.Metadata;

/// <summary>The outcome of one change: <see cref="ErrorCode.None"/> without a message, or a code with a text for the client.</summary>
public readonly record struct MetadataError(ErrorCode Code, string? Message)
{
    // Texts repeat what the client sent; a string of the older protocol versions holds 32767 bytes, and nobody reads so many.
    private const int LongestMessage = 4000;

    /// <summary>The text, cut where it is longer than anybody reads.</summary>
    public string? Message { get; } = Message is { Length: > LongestMessage } ? Message[..LongestMessage] + "..." : Message;

    /// <summary>Success.</summary>
    public static MetadataError None => default;

    /// <summary>Whether it failed.</summary>
    public bool IsError => Code != ErrorCode.None;
}
