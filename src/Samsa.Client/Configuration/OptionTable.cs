using System.Globalization;

namespace Samsa.Client.Configuration;

/// <summary>
/// Kafka's keys for the properties of an options class, each declared once. Filled while its class is initialized, read-only
/// afterwards, from any thread.
/// </summary>
internal sealed class OptionTable<TOptions> : IOptionTable where TOptions : ClientOptions
{
    private readonly Dictionary<string, Action<TOptions, string>?> _setters = new(StringComparer.Ordinal);
    private readonly string _kind;

    /// <param name="kind">What an error calls the client: "a producer".</param>
    public OptionTable(string kind)
    {
        _kind = kind;
        Text("bootstrap.servers", (o, v) => o.BootstrapServers = v);
        Text("client.id", (o, v) => o.ClientId = v);
        Milliseconds("request.timeout.ms", (o, v) => o.RequestTimeout = v);
        Milliseconds("metadata.max.age.ms", (o, v) => o.MetadataMaxAge = v);
        Choice("metadata.recovery.strategy", (o, v) => o.MetadataRecoveryStrategy = v,
            ("none", MetadataRecoveryStrategy.None), ("rebootstrap", MetadataRecoveryStrategy.Rebootstrap));
        Milliseconds("retry.backoff.ms", (o, v) => o.RetryBackoff = v);
        Milliseconds("retry.backoff.max.ms", (o, v) => o.RetryBackoffMax = v);
        Milliseconds("reconnect.backoff.ms", (o, v) => o.ReconnectBackoff = v);
        Milliseconds("reconnect.backoff.max.ms", (o, v) => o.ReconnectBackoffMax = v);
        Milliseconds("connections.max.idle.ms", (o, v) => o.ConnectionsMaxIdle = v);
        Milliseconds("socket.connection.setup.timeout.ms", (o, v) => o.ConnectionSetupTimeout = v);
        Int32("send.buffer.bytes", (o, v) => o.SendBufferBytes = v);
        Int32("receive.buffer.bytes", (o, v) => o.ReceiveBufferBytes = v);
        Int32("receive.message.max.bytes", (o, v) => o.ReceiveMessageMaxBytes = v);
        Text("security.protocol", (o, v) => o.SecurityProtocol = v);
        WithoutEffect(
            "client.dns.lookup", "socket.connection.setup.timeout.max.ms", "metadata.recovery.rebootstrap.trigger.ms",
            "metric.reporters", "metrics.num.samples", "metrics.recording.level", "metrics.sample.window.ms",
            "auto.include.jmx.reporter", "enable.metrics.push");
    }

    public IEnumerable<string> Keys => _setters.Keys;

    public bool Knows(string key) => _setters.ContainsKey(key);

    public void Set(ClientOptions options, string key, string value)
    {
        if (!_setters.TryGetValue(key, out var setter))
        {
            var nearest = NearestName.Of(key, _setters.Keys);
            throw new ClientConfigException(
                key, $"'{key}' is no key of {_kind}" + (nearest is null ? "." : $"; did you mean '{nearest}'?"));
        }

        setter?.Invoke((TOptions)options, value.Trim());
    }

    public void Text(string key, Action<TOptions, string> set) => _setters.Add(key, set);

    public void Boolean(string key, Action<TOptions, bool> set) => Choice(key, set, ("true", true), ("false", false));

    public void Int32(string key, Action<TOptions, int> set) => _setters.Add(key, (options, value) => set(
        options,
        int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new ClientConfigException(key, $"{key} is '{value}'; it must be a 32-bit integer.")));

    public void Int64(string key, Action<TOptions, long> set) => _setters.Add(key, (options, value) => set(options, Parse(key, value)));

    public void Milliseconds(string key, Action<TOptions, TimeSpan> set) => _setters.Add(
        key,
        (options, value) => set(options, TimeSpan.FromMilliseconds(Math.Min(Parse(key, value), TimeSpan.MaxValue.Ticks / TimeSpan.TicksPerMillisecond))));

    public void Choice<TValue>(string key, Action<TOptions, TValue> set, params (string Name, TValue Value)[] choices) =>
        _setters.Add(key, (options, value) =>
        {
            foreach (var (name, choice) in choices)
            {
                if (string.Equals(name, value, StringComparison.OrdinalIgnoreCase))
                {
                    set(options, choice);
                    return;
                }
            }

            throw new ClientConfigException(key, $"{key} is '{value}'; it must be one of {string.Join(", ", choices.Select(c => c.Name))}.");
        });

    /// <summary>Keys of Kafka's Java client that say nothing to this one: they are accepted, so that its files work here.</summary>
    public void WithoutEffect(params ReadOnlySpan<string> keys)
    {
        foreach (var key in keys)
        {
            _setters.Add(key, null);
        }
    }

    private static long Parse(string key, string value) =>
        long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new ClientConfigException(key, $"{key} is '{value}'; it must be a 64-bit integer.");
}
