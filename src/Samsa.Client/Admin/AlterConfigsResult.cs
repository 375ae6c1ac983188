namespace Samsa.Client.Admin;

/// <summary>What became of changing the configuration of one resource: all of its changes, or none.</summary>
public sealed record AlterConfigsResult : AdminResult
{
    /// <summary>Whose configuration it is.</summary>
    public required ConfigResource Resource { get; init; }
}
