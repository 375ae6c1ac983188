namespace Samsa.ZooKeeper.Server.Configuration;

/// <summary>A configuration that the server cannot start with.</summary>
public sealed class ZooKeeperConfigException : Exception
{
    /// <summary>Creates the exception with a sentence that names key and value.</summary>
    public ZooKeeperConfigException(string message) : base(message) { }

    /// <summary>Creates the exception with a sentence and the cause beneath it.</summary>
    public ZooKeeperConfigException(string message, Exception innerException) : base(message, innerException) { }

    /// <summary>Creates the exception without a sentence.</summary>
    public ZooKeeperConfigException() { }
}
