namespace Samsa.Client.Consumer;

/// <summary>What happens with a record whose processing failed.</summary>
public enum ProcessingAction
{
    /// <summary>Processing ends with a <see cref="ProcessingException"/>; the record, and what was taken after it, comes again.</summary>
    Throw,

    /// <summary>The record counts as finished.</summary>
    Skip,

    /// <summary>The record is processed again at once, before others that wait for it.</summary>
    Retry,
}
