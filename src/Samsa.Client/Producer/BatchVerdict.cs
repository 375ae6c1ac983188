namespace Samsa.Client.Producer;

/// <summary>What is to be done with a batch whose answer has come.</summary>
internal enum BatchVerdict
{
    /// <summary>Its records are stored.</summary>
    Succeeded,

    /// <summary>Its records are not stored, or nobody knows.</summary>
    Failed,

    /// <summary>It waits to be sent again.</summary>
    Requeued,

    /// <summary>Smaller ones wait to be sent in its place.</summary>
    Split,

    /// <summary>Its results were given before.</summary>
    Late,
}
