namespace Samsa.Broker.Metadata.Coordination;

/// <summary>The broker cannot join the cluster for a reason that its user can remove. The message says which.</summary>
public sealed class RegistrationException : Exception
{
    /// <summary>A reason in one line.</summary>
    public RegistrationException(string message)
        : base(message)
    {
    }
}
