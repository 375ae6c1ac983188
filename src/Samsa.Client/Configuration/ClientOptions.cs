using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Samsa.Client.Configuration;

/// <summary>
/// What producer, consumer and admin client have in common. Each property names Kafka's key for it; defaults are Kafka's.
/// Read once, when the client is made; changing it later has no effect.
/// </summary>
public abstract class ClientOptions
{
    private readonly List<string> _withoutEffect = [];

    /// <summary>The addresses to find the cluster with, <c>host:port</c>, separated by commas (<c>bootstrap.servers</c>).</summary>
    public string BootstrapServers { get; set; } = "";

    /// <summary>The name under which brokers log and limit this client (<c>client.id</c>).</summary>
    public string ClientId { get; set; } = "samsa";

    /// <summary>How long an answer may take before the connection counts as dead (<c>request.timeout.ms</c>).</summary>
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The age at which metadata is fetched again without need (<c>metadata.max.age.ms</c>).</summary>
    public TimeSpan MetadataMaxAge { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// Whether the client goes back to <see cref="BootstrapServers"/> when it reaches none of the brokers that it knows
    /// (<c>metadata.recovery.strategy</c>, KIP-899).
    /// </summary>
    public MetadataRecoveryStrategy MetadataRecoveryStrategy { get; set; } = MetadataRecoveryStrategy.Rebootstrap;

    /// <summary>The wait before the first retry; it doubles with each one, with 20 % jitter (<c>retry.backoff.ms</c>, KIP-580).</summary>
    public TimeSpan RetryBackoff { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The longest wait between retries (<c>retry.backoff.max.ms</c>).</summary>
    public TimeSpan RetryBackoffMax { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The wait before a broker is connected to again after a first failure (<c>reconnect.backoff.ms</c>).</summary>
    public TimeSpan ReconnectBackoff { get; set; } = TimeSpan.FromMilliseconds(50);

    /// <summary>The longest wait between attempts to connect to a broker (<c>reconnect.backoff.max.ms</c>).</summary>
    public TimeSpan ReconnectBackoffMax { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>A connection that nobody used for so long is closed (<c>connections.max.idle.ms</c>).</summary>
    public TimeSpan ConnectionsMaxIdle { get; set; } = TimeSpan.FromMinutes(9);

    /// <summary>How long connecting to one address may take (<c>socket.connection.setup.timeout.ms</c>).</summary>
    public TimeSpan ConnectionSetupTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// The size of the socket's send buffer in bytes (<c>send.buffer.bytes</c>); -1, unlike Kafka's 128 KB, leaves it to the operating system,
    /// which lets it grow with the distance.
    /// </summary>
    public int SendBufferBytes { get; set; } = -1;

    /// <summary>
    /// The size of the socket's receive buffer in bytes (<c>receive.buffer.bytes</c>); -1, unlike Kafka's 64 KB, leaves it to the operating
    /// system, which lets it grow with the distance.
    /// </summary>
    public int ReceiveBufferBytes { get; set; } = -1;

    /// <summary>
    /// The largest answer in bytes that a broker may announce; a larger one closes the connection before memory is allocated
    /// (librdkafka's <c>receive.message.max.bytes</c>).
    /// </summary>
    public int ReceiveMessageMaxBytes { get; set; } = 100_000_000;

    /// <summary>How brokers are spoken to (<c>security.protocol</c>). Only <c>PLAINTEXT</c> is served so far.</summary>
    public string SecurityProtocol { get; set; } = "PLAINTEXT";

    /// <summary>Where the client writes its log lines; null for nowhere.</summary>
    public ILoggerFactory? LoggerFactory { get; set; }

    /// <summary>The clock: all time-outs and timestamps come from it.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    /// <summary>The keys of this kind of client.</summary>
    private protected abstract IOptionTable Table { get; }

    /// <summary>Sets one option by Kafka's name for it, such as <c>linger.ms</c>.</summary>
    /// <exception cref="ClientConfigException">The key is unknown, and the message names the nearest one; or the value is not of its type.</exception>
    public void Set(string key, string value)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(value);
        if (!Table.Set(this, key, value) && !_withoutEffect.Contains(key))
        {
            _withoutEffect.Add(key);
        }
    }

    /// <summary>Sets options by Kafka's names for them.</summary>
    /// <exception cref="ClientConfigException">A key is unknown, or a value is not of its type.</exception>
    public void Set(IEnumerable<KeyValuePair<string, string>> properties)
    {
        ArgumentNullException.ThrowIfNull(properties);
        foreach (var (key, value) in properties)
        {
            Set(key, value);
        }
    }

    /// <summary>Sets one option by the name of its property, or by Kafka's name for it, which has dots.</summary>
    /// <exception cref="ClientConfigException">There is no such option, and the message names the nearest one; or the value is not of its type.</exception>
    internal void SetByAnyName(string name, string value)
    {
        if (name.Contains('.', StringComparison.Ordinal))
        {
            Set(name, value);
        }
        else
        {
            Table.SetProperty(this, name, value);
        }
    }

    /// <summary>The keys that were set and have no effect in this client; it says so in a log line when it begins.</summary>
    internal IReadOnlyList<string> KeysWithoutEffect => _withoutEffect;

    /// <summary>The names of properties that text can set.</summary>
    internal IEnumerable<string> SettableNames => Table.Properties;

    /// <summary>The category of the client's log lines.</summary>
    private protected virtual string LogCategory => "Samsa.Client";

    /// <summary>Where the client writes its log lines.</summary>
    internal ILogger MakeLogger() => (LoggerFactory ?? NullLoggerFactory.Instance).CreateLogger(LogCategory);

    /// <summary>Whether <paramref name="key"/> is a key of this kind of client, be it one without effect here.</summary>
    public bool Knows(string key) => Table.Knows(key);

    /// <summary>Checks what no single option can know.</summary>
    /// <exception cref="ClientConfigException">The options cannot work together.</exception>
    internal virtual void Validate()
    {
        if (string.IsNullOrWhiteSpace(BootstrapServers))
        {
            throw new ClientConfigException("bootstrap.servers", "bootstrap.servers is empty; name at least one broker as host:port.");
        }

        if (!string.Equals(SecurityProtocol, "PLAINTEXT", StringComparison.OrdinalIgnoreCase))
        {
            throw new ClientConfigException(
                "security.protocol", $"security.protocol is '{SecurityProtocol}'; only PLAINTEXT is served by this version.");
        }

        Positive("request.timeout.ms", RequestTimeout);
        Positive("socket.connection.setup.timeout.ms", ConnectionSetupTimeout);
        NotNegative("retry.backoff.ms", RetryBackoff);
        NotNegative("reconnect.backoff.ms", ReconnectBackoff);
    }

    private protected static void Positive(string key, TimeSpan value)
    {
        if (value <= TimeSpan.Zero)
        {
            throw new ClientConfigException(key, $"{key} is {value.TotalMilliseconds} ms; it must be positive.");
        }
    }

    private protected static void NotNegative(string key, TimeSpan value)
    {
        if (value < TimeSpan.Zero)
        {
            throw new ClientConfigException(key, $"{key} is {value.TotalMilliseconds} ms; it must not be negative.");
        }
    }
}
