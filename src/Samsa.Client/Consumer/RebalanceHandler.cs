using Samsa.Protocol;

namespace Samsa.Client.Consumer;

/// <summary>
/// Hears of a change of a subscribed consumer's partitions. Called by the task that asks the consumer for more, which waits until it is done: it may
/// seek, commit and ask for positions, but not read. What it throws reaches that caller when the change is complete.
/// </summary>
/// <param name="partitions">The partitions.</param>
/// <param name="cancellationToken">That of the call which asked for more.</param>
public delegate ValueTask RebalanceHandler(IReadOnlyCollection<TopicPartition> partitions, CancellationToken cancellationToken);
