namespace Samsa.Broker.Configuration;

/// <summary>How a listener protects its connections. The numbers are those that brokers tell each other.</summary>
public enum SecurityProtocol : short
{
    /// <summary>Neither encrypted nor authenticated.</summary>
    Plaintext = 0,

    /// <summary>TLS.</summary>
    Ssl = 1,

    /// <summary>SASL without TLS.</summary>
    SaslPlaintext = 2,

    /// <summary>SASL over TLS.</summary>
    SaslSsl = 3,
}
