using Samsa.Client.Configuration;

namespace Samsa.Client.Admin;

/// <summary>The settings of a <see cref="KafkaAdmin"/>.</summary>
public sealed class AdminOptions : ClientOptions
{
    private static readonly OptionTable<AdminOptions> Keys = MakeTable();

    /// <summary>
    /// How long one call may take with all its retries (<c>default.api.timeout.ms</c>). A single request waits for
    /// <see cref="ClientOptions.RequestTimeout"/> at most.
    /// </summary>
    public TimeSpan DefaultApiTimeout { get; set; } = TimeSpan.FromMinutes(1);

    private protected override IOptionTable Table => Keys;

    private protected override string LogCategory => "Samsa.Client.Admin";

    internal override void Validate()
    {
        base.Validate();
        Positive("default.api.timeout.ms", DefaultApiTimeout);
    }

    private static OptionTable<AdminOptions> MakeTable()
    {
        var table = new OptionTable<AdminOptions>("an admin client");
        table.Milliseconds("default.api.timeout.ms", nameof(DefaultApiTimeout), (o, v) => o.DefaultApiTimeout = v);

        // The number of retries: as in Kafka since 2.6, the time decides.
        table.WithoutEffect("retries");
        return table;
    }
}
