using Microsoft.Extensions.Logging;

namespace Samsa.Testing;

/// <summary>What a test asks of its broker. The defaults suit a test that only wants one.</summary>
public sealed record SamsaBrokerOptions
{
    /// <summary>
    /// Broker properties by Kafka's names, such as <c>num.partitions</c>; they win over the defaults of a test broker
    /// (127.0.0.1, a free port, no HTTP port, one replica for internal topics, no waiting at shutdown).
    /// </summary>
    public IReadOnlyDictionary<string, string> Overrides { get; init; } = new Dictionary<string, string>();

    /// <summary>
    /// Where the data is kept. Null, the default, takes a new folder in the temporary directory and removes it on dispose; a
    /// folder that is named here stays.
    /// </summary>
    public string? DataDirectory { get; init; }

    /// <summary>Receives what the broker logs; null for nothing. Stays the caller's.</summary>
    public ILoggerFactory? LoggerFactory { get; init; }

    /// <summary>The broker's clock. A manual one makes retention and timeouts testable without waiting.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
