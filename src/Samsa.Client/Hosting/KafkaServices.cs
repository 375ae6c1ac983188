using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Samsa.Client.Admin;
using Samsa.Client.Configuration;
using Samsa.Client.Consumer;
using Samsa.Client.Producer;
using Samsa.Client.Serialization;

namespace Samsa.Client.Hosting;

/// <summary>
/// Clients as services. Each is one object for the whole program, made when it is first asked for and disposed with the provider; with a name it is
/// a keyed service. Options are those of Microsoft.Extensions.Options under the same name; faults in them are told when the host starts. Log
/// lines and the clock come from the provider, unless the options name others.
/// </summary>
/// <example>
/// <code>
/// builder.Services
///     .AddKafkaProducer&lt;string, Order&gt;(Serializers.Utf8, Serializers.Json(Contracts.Default.Order), o => o.Bind(builder.Configuration.GetSection("Kafka:Producer")))
///     .AddKafkaConsumer&lt;string, Order&gt;(Deserializers.Utf8, Deserializers.Json(Contracts.Default.Order), o => o.Bind(builder.Configuration.GetSection("Kafka:Consumer")))
///     .AddKafkaAdmin(o => o.Bind(builder.Configuration.GetSection("Kafka:Admin")));
/// builder.Services.AddHealthChecks().AddCheck&lt;KafkaHealthCheck&gt;("kafka");
/// </code>
/// </example>
public static class KafkaServices
{
    /// <summary>Adds a <see cref="KafkaProducer"/>.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets its options.</param>
    /// <param name="name">Makes it a keyed service, with options of its own.</param>
    public static IServiceCollection AddKafkaProducer(
        this IServiceCollection services, Action<ProducerOptions> configure, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        AddOptions(services, configure, name);
        services.TryAdd(Single(name, provider => new KafkaProducer(OptionsOf<ProducerOptions>(provider, name))));
        return services;
    }

    /// <summary>
    /// Adds a <see cref="KafkaProducer{TKey, TValue}"/> on top of the <see cref="KafkaProducer"/> of the same name, which is shared by all types.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="keys">Writes keys.</param>
    /// <param name="values">Writes values.</param>
    /// <param name="configure">Sets options of the shared producer; null when somebody else does.</param>
    /// <param name="name">The producer's name.</param>
    /// <typeparam name="TKey">What keys are made of.</typeparam>
    /// <typeparam name="TValue">What values are made of.</typeparam>
    public static IServiceCollection AddKafkaProducer<TKey, TValue>(
        this IServiceCollection services,
        ISerializer<TKey> keys,
        ISerializer<TValue> values,
        Action<ProducerOptions>? configure = null,
        string? name = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(keys);
        ArgumentNullException.ThrowIfNull(values);
        services.AddKafkaProducer(configure ?? (static _ => { }), name);
        services.TryAdd(Single(name, provider => new KafkaProducer<TKey, TValue>(Required<KafkaProducer>(provider, name), keys, values)));
        return services;
    }

    /// <summary>Adds a <see cref="KafkaConsumer"/>, which one caller reads.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets its options.</param>
    /// <param name="name">Makes it a keyed service, with options of its own.</param>
    public static IServiceCollection AddKafkaConsumer(
        this IServiceCollection services, Action<ConsumerOptions> configure, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        AddOptions(services, configure, name);
        services.TryAdd(Single(name, provider => new KafkaConsumer(OptionsOf<ConsumerOptions>(provider, name))));
        return services;
    }

    /// <summary>Adds a <see cref="KafkaConsumer{TKey, TValue}"/>, which one caller reads.</summary>
    /// <param name="services">The services.</param>
    /// <param name="keys">Reads keys.</param>
    /// <param name="values">Reads values.</param>
    /// <param name="configure">Sets its options.</param>
    /// <param name="onDeserializationFailure">Decides on records that cannot be deserialized; null throws.</param>
    /// <param name="name">Makes it a keyed service, with options of its own.</param>
    /// <typeparam name="TKey">What keys are read as.</typeparam>
    /// <typeparam name="TValue">What values are read as.</typeparam>
    public static IServiceCollection AddKafkaConsumer<TKey, TValue>(
        this IServiceCollection services,
        IDeserializer<TKey> keys,
        IDeserializer<TValue> values,
        Action<ConsumerOptions> configure,
        DeserializationFailureHandler? onDeserializationFailure = null,
        string? name = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        ArgumentNullException.ThrowIfNull(keys);
        ArgumentNullException.ThrowIfNull(values);
        AddOptions(services, configure, name);
        services.TryAdd(Single(name, provider => new KafkaConsumer<TKey, TValue>(
            OptionsOf<ConsumerOptions>(provider, name), keys, values, onDeserializationFailure)));
        return services;
    }

    /// <summary>Adds a <see cref="KafkaAdmin"/>, and a <see cref="KafkaHealthCheck"/> that asks it.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets its options.</param>
    /// <param name="name">Makes both keyed services, with options of their own.</param>
    public static IServiceCollection AddKafkaAdmin(this IServiceCollection services, Action<AdminOptions> configure, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        AddOptions(services, configure, name);
        services.TryAdd(Single(name, provider => new KafkaAdmin(OptionsOf<AdminOptions>(provider, name))));
        services.TryAdd(Single(name, provider => new KafkaHealthCheck(Required<KafkaAdmin>(provider, name))));
        return services;
    }

    private static void AddOptions<TOptions>(IServiceCollection services, Action<TOptions> configure, string? name)
        where TOptions : ClientOptions, new()
    {
        services.AddOptions<TOptions>(name)
            .Configure(configure)
            .PostConfigure<IServiceProvider>(static (options, provider) =>
            {
                options.LoggerFactory ??= provider.GetService<ILoggerFactory>();
                if (options.TimeProvider == TimeProvider.System && provider.GetService<TimeProvider>() is { } time)
                {
                    options.TimeProvider = time;
                }
            })
            .ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<TOptions>, KafkaOptionsValidation<TOptions>>());
    }

    private static TOptions OptionsOf<TOptions>(IServiceProvider provider, string? name)
        where TOptions : ClientOptions, new() =>
        provider.GetRequiredService<IOptionsMonitor<TOptions>>().Get(name);

    private static TService Required<TService>(IServiceProvider provider, string? name)
        where TService : notnull =>
        name is null ? provider.GetRequiredService<TService>() : provider.GetRequiredKeyedService<TService>(name);

    private static ServiceDescriptor Single<TService>(string? name, Func<IServiceProvider, TService> make)
        where TService : class =>
        name is null ? ServiceDescriptor.Singleton(make) : ServiceDescriptor.KeyedSingleton<TService>(name, (provider, _) => make(provider));
}
