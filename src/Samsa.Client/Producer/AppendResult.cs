namespace Samsa.Client.Producer;

/// <summary>What became of a record that was to be put into a batch.</summary>
internal enum AppendResult
{
    /// <summary>It is in a batch.</summary>
    Appended,

    /// <summary>The batch that it was meant for is full; another partition may have it.</summary>
    MoveOn,

    /// <summary>There is no room in <c>buffer.memory</c>.</summary>
    NoRoom,

    /// <summary>Nothing is known of its topic.</summary>
    UnknownTopic,

    /// <summary>Its topic has no such partition, as far as is known.</summary>
    UnknownPartition,

    /// <summary>Others before it wait for the topic or for room.</summary>
    OutOfTurn,
}
