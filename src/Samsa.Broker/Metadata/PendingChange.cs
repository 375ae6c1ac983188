namespace Samsa.Broker.Metadata;

/// <summary>A change that waits for its commit.</summary>
internal abstract class PendingChange : PendingRequest
{
    /// <summary>How often its commit had to be begun anew.</summary>
    public int Attempts { get; set; }

    /// <summary>Applies the change to the draft: all checks first, then the change. Its own exception is kept for whoever waits.</summary>
    public abstract void Apply(MetadataDraft draft);

    /// <summary>The draft is durable and announced: whoever waits gets the result.</summary>
    public abstract void Complete();
}
