namespace Samsa.Protocol.Compression;

/// <summary>A codec's native library is not installed. The message names the library and how to install it.</summary>
public sealed class CodecUnavailableException : Exception
{
    /// <summary>Creates the exception with a sentence that names the library and the remedy.</summary>
    public CodecUnavailableException(string message) : base(message) { }

    /// <summary>Creates the exception with a sentence and the cause beneath it.</summary>
    public CodecUnavailableException(string message, Exception innerException) : base(message, innerException) { }

    /// <summary>Creates the exception without a sentence.</summary>
    public CodecUnavailableException() { }
}
