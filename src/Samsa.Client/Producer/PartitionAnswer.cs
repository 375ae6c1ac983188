using Samsa.Protocol;
using Samsa.Protocol.Messages;

namespace Samsa.Client.Producer;

/// <summary>What became of a batch, by the broker's answer or by its absence.</summary>
/// <param name="Error">What went wrong.</param>
/// <param name="BaseOffset">The offset of the first record, -1 for unknown.</param>
/// <param name="LogAppendTime">The timestamp that the broker gave the records in ms, -1 for their own.</param>
/// <param name="Message">The broker's explanation, or null.</param>
internal readonly record struct PartitionAnswer(ErrorCode Error, long BaseOffset = -1, long LogAppendTime = -1, string? Message = null)
{
    /// <summary>Who leads the partition instead, when the broker said so (KIP-951).</summary>
    public ProduceResponse.LeaderIdAndEpoch? Leader { get; init; }
}
