namespace Samsa.Storage.Compaction;

/// <summary>
/// The records of a log are not what they should be: the log cannot be compacted, and is left as it is. The message says where.
/// </summary>
internal sealed class DamagedBatchException(string path, long position, string what)
    : Exception($"{path} cannot be compacted: at position {position} {what}");
