namespace Samsa.Protocol.Messages;

/// <summary>A message cannot be read or written in the version asked for.</summary>
public sealed class UnsupportedVersionException : Exception
{
    /// <summary>Creates the exception with a sentence that names message, field and version.</summary>
    public UnsupportedVersionException(string message) : base(message) { }

    /// <summary>Creates the exception with a sentence and the cause beneath it.</summary>
    public UnsupportedVersionException(string message, Exception innerException) : base(message, innerException) { }

    /// <summary>Creates the exception without a sentence.</summary>
    public UnsupportedVersionException() { }
}
