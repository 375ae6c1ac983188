namespace Samsa.Cli.Tools;

/// <summary>The releases of Apache Kafka whose tools ours take the place of. They differ in options and in what they print.</summary>
internal enum KafkaRelease
{
    /// <summary>3.9, the default.</summary>
    V39 = 39,

    /// <summary>4.3.</summary>
    V43 = 43,
}
