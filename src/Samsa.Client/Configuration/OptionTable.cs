using System.Globalization;

namespace Samsa.Client.Configuration;

/// <summary>
/// The settings of an options class, each declared once: under Kafka's key, and under the name of its property. Filled while its class is
/// initialized, read-only afterwards, from any thread.
/// </summary>
internal sealed class OptionTable<TOptions> : IOptionTable where TOptions : ClientOptions
{
    private readonly Dictionary<string, Action<TOptions, string>?> _keys = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Action<TOptions, string>> _properties = new(StringComparer.OrdinalIgnoreCase);
    private readonly string _kind;

    /// <param name="kind">What an error calls the client: "a producer".</param>
    public OptionTable(string kind)
    {
        _kind = kind;
        Text("bootstrap.servers", nameof(ClientOptions.BootstrapServers), (o, v) => o.BootstrapServers = v);
        Text("client.id", nameof(ClientOptions.ClientId), (o, v) => o.ClientId = v);
        Milliseconds("request.timeout.ms", nameof(ClientOptions.RequestTimeout), (o, v) => o.RequestTimeout = v);
        Milliseconds("metadata.max.age.ms", nameof(ClientOptions.MetadataMaxAge), (o, v) => o.MetadataMaxAge = v);
        Choice("metadata.recovery.strategy", nameof(ClientOptions.MetadataRecoveryStrategy), (o, v) => o.MetadataRecoveryStrategy = v,
            ("none", MetadataRecoveryStrategy.None), ("rebootstrap", MetadataRecoveryStrategy.Rebootstrap));
        Milliseconds("retry.backoff.ms", nameof(ClientOptions.RetryBackoff), (o, v) => o.RetryBackoff = v);
        Milliseconds("retry.backoff.max.ms", nameof(ClientOptions.RetryBackoffMax), (o, v) => o.RetryBackoffMax = v);
        Milliseconds("reconnect.backoff.ms", nameof(ClientOptions.ReconnectBackoff), (o, v) => o.ReconnectBackoff = v);
        Milliseconds("reconnect.backoff.max.ms", nameof(ClientOptions.ReconnectBackoffMax), (o, v) => o.ReconnectBackoffMax = v);
        Milliseconds("connections.max.idle.ms", nameof(ClientOptions.ConnectionsMaxIdle), (o, v) => o.ConnectionsMaxIdle = v);
        Milliseconds("socket.connection.setup.timeout.ms", nameof(ClientOptions.ConnectionSetupTimeout), (o, v) => o.ConnectionSetupTimeout = v);
        Int32("send.buffer.bytes", nameof(ClientOptions.SendBufferBytes), (o, v) => o.SendBufferBytes = v);
        Int32("receive.buffer.bytes", nameof(ClientOptions.ReceiveBufferBytes), (o, v) => o.ReceiveBufferBytes = v);
        Int32("receive.message.max.bytes", nameof(ClientOptions.ReceiveMessageMaxBytes), (o, v) => o.ReceiveMessageMaxBytes = v);
        Text("security.protocol", nameof(ClientOptions.SecurityProtocol), (o, v) => o.SecurityProtocol = v);
        WithoutEffect(
            "client.dns.lookup", "socket.connection.setup.timeout.max.ms", "metadata.recovery.rebootstrap.trigger.ms",
            "metric.reporters", "metrics.num.samples", "metrics.recording.level", "metrics.sample.window.ms",
            "auto.include.jmx.reporter", "enable.metrics.push");
    }

    public IEnumerable<string> Keys => _keys.Keys;

    public IEnumerable<string> Properties => _properties.Keys;

    public bool Knows(string key) => _keys.ContainsKey(key);

    public bool Set(ClientOptions options, string key, string value)
    {
        if (!_keys.TryGetValue(key, out var setter))
        {
            throw Unknown("key", key, _keys.Keys);
        }

        setter?.Invoke((TOptions)options, value.Trim());
        return setter is not null;
    }

    public void SetProperty(ClientOptions options, string name, string value)
    {
        if (!_properties.TryGetValue(name, out var setter))
        {
            throw Unknown("option", name, _properties.Keys);
        }

        setter((TOptions)options, value.Trim());
    }

    public void Text(string key, string property, Action<TOptions, string> set)
    {
        _keys.Add(key, set);
        Property(property, set);
    }

    public void Boolean(string key, string property, Action<TOptions, bool> set) => Choice(key, property, set, ("true", true), ("false", false));

    public void Int32(string key, string property, Action<TOptions, int> set)
    {
        _keys.Add(key, (options, value) => set(options, ParseInt32(key, value)));
        Property(property, (options, value) => set(options, ParseInt32(property, value)));
    }

    public void Int64(string key, string property, Action<TOptions, long> set)
    {
        _keys.Add(key, (options, value) => set(options, ParseInt64(key, value)));
        Property(property, (options, value) => set(options, ParseInt64(property, value)));
    }

    /// <summary>A time: milliseconds under its key, <c>hh:mm:ss.fff</c> under its property's name.</summary>
    public void Milliseconds(string key, string property, Action<TOptions, TimeSpan> set)
    {
        _keys.Add(
            key,
            (options, value) => set(
                options, TimeSpan.FromMilliseconds(Math.Min(ParseInt64(key, value), TimeSpan.MaxValue.Ticks / TimeSpan.TicksPerMillisecond))));
        Time(property, set);
    }

    /// <summary>A property that no key of Kafka's stands for, with a time.</summary>
    public void Time(string property, Action<TOptions, TimeSpan> set) => Property(property, (options, value) => set(options, ParseTime(property, value)));

    /// <summary>A property that no key of Kafka's stands for, or not with the same value.</summary>
    public void Property(string property, Action<TOptions, string> set) => _properties.Add(property, set);

    /// <summary>A key whose value is not that of a property.</summary>
    public void Key(string key, Action<TOptions, string> set) => _keys.Add(key, set);

    public void Choice<TValue>(string key, string property, Action<TOptions, TValue> set, params (string Name, TValue Value)[] choices)
    {
        _keys.Add(key, (options, value) => set(options, Choose(key, value, choices)));

        // Kafka's name of the value or the enum's own.
        var names = choices.Concat(choices.Select(c => (c.Value!.ToString()!, c.Value))).DistinctBy(c => c.Item1, StringComparer.OrdinalIgnoreCase);
        (string Name, TValue Value)[] both = [.. names];
        Property(property, (options, value) => set(options, Choose(property, value, both)));
    }

    /// <summary>Keys of Kafka's Java client that say nothing to this one: they are accepted, so that its files work here.</summary>
    public void WithoutEffect(params ReadOnlySpan<string> keys)
    {
        foreach (var key in keys)
        {
            _keys.Add(key, null);
        }
    }

    public static long ParseInt64(string key, string value) =>
        long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new ClientConfigException(key, $"{key} is '{value}'; it must be a 64-bit integer.");

    private static int ParseInt32(string key, string value) =>
        int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new ClientConfigException(key, $"{key} is '{value}'; it must be a 32-bit integer.");

    // A bare number would be days: nobody who writes 5000 means that.
    private static TimeSpan ParseTime(string property, string value) =>
        value.Contains(':', StringComparison.Ordinal) && TimeSpan.TryParse(value, CultureInfo.InvariantCulture, out var time)
            ? time
            : throw new ClientConfigException(property, $"{property} is '{value}'; it must be a time such as 00:00:05 or 00:00:00.250.");

    private static TValue Choose<TValue>(string key, string value, (string Name, TValue Value)[] choices)
    {
        foreach (var (name, choice) in choices)
        {
            if (string.Equals(name, value, StringComparison.OrdinalIgnoreCase))
            {
                return choice;
            }
        }

        throw new ClientConfigException(key, $"{key} is '{value}'; it must be one of {string.Join(", ", choices.Select(c => c.Name))}.");
    }

    private ClientConfigException Unknown(string what, string name, IEnumerable<string> known)
    {
        var nearest = NearestName.Of(name, known);
        return new ClientConfigException(name, $"'{name}' is no {what} of {_kind}" + (nearest is null ? "." : $"; did you mean '{nearest}'?"));
    }
}
