namespace Samsa.ZooKeeper.Server.Persistence;

/// <summary>
/// The files of the server contradict what it once promised, and no rule of recovery allows to go on: starting anyway would lose
/// acknowledged changes in silence.
/// </summary>
public sealed class CorruptDataException : Exception
{
    /// <summary>Creates the exception with a sentence that names the file and what is wrong.</summary>
    public CorruptDataException(string message) : base(message) { }

    /// <summary>Creates the exception with a sentence that names the file and the cause beneath it.</summary>
    public CorruptDataException(string message, Exception innerException) : base(message, innerException) { }

    /// <summary>Creates the exception without a sentence.</summary>
    public CorruptDataException() { }
}
