namespace Samsa.Client.Connections;

/// <summary>
/// What a connection is for. Long polls hold up every answer behind them, so that they have a connection of their own.
/// </summary>
internal enum ConnectionPurpose
{
    /// <summary>Metadata, administration, offsets: short questions.</summary>
    Control,

    /// <summary>Produce requests.</summary>
    Produce,

    /// <summary>Fetches, which the broker may hold back.</summary>
    Fetch,

    /// <summary>Group membership, which the broker may hold back.</summary>
    Group,
}
