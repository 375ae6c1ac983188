namespace Samsa.Protocol.Wire;

/// <summary>The bytes a peer sent break the protocol: the connection they came on must be closed, and nothing else.</summary>
public sealed class ProtocolViolationException : Exception
{
    /// <summary>Creates the exception with a sentence that names what was wrong.</summary>
    public ProtocolViolationException(string message) : base(message) { }

    /// <summary>Creates the exception with a sentence that names what was wrong and the cause beneath it.</summary>
    public ProtocolViolationException(string message, Exception innerException) : base(message, innerException) { }

    /// <summary>Creates the exception without a sentence.</summary>
    public ProtocolViolationException() { }
}
