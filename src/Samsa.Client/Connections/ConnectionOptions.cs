using Microsoft.Extensions.Logging;

namespace Samsa.Client.Connections;

/// <summary>What a connection needs to know of its client.</summary>
internal sealed record ConnectionOptions(string ClientId, TimeSpan RequestTimeout, int MaxResponseBytes, TimeProvider Time, ILogger Logger);
