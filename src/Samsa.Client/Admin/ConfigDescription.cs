namespace Samsa.Client.Admin;

/// <summary>The configuration of one resource.</summary>
public sealed record ConfigDescription : AdminResult
{
    /// <summary>Whose configuration it is.</summary>
    public required ConfigResource Resource { get; init; }

    /// <summary>The settings, in the broker's order.</summary>
    public IReadOnlyList<ConfigEntry> Entries { get; init; } = [];
}
