namespace Samsa.Broker.Metadata;

/// <summary>
/// A session that the file of a log directory names. <paramref name="IsOurs"/>: it was an earlier life of this broker, and what it left in the tree may be
/// replaced; otherwise the directory may be a copy, and the session that of a broker which lives.
/// </summary>
internal sealed record FormerSession(long Id, bool IsOurs);
