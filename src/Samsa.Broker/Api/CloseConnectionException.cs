namespace Samsa.Broker.Api;

/// <summary>
/// A handler asks for the connection to be closed without an answer, as Kafka does where the protocol has no other way to
/// report a failure (for instance an <c>acks=0</c> produce that failed). Answers to earlier requests still leave first.
/// </summary>
public sealed class CloseConnectionException : Exception
{
    /// <summary>Creates the exception with a sentence for the log that says why.</summary>
    public CloseConnectionException(string message) : base(message) { }

    /// <summary>Creates the exception with a sentence for the log and the cause beneath it.</summary>
    public CloseConnectionException(string message, Exception innerException) : base(message, innerException) { }

    /// <summary>Creates the exception without a sentence.</summary>
    public CloseConnectionException() { }
}
