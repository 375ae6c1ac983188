using Samsa.ZooKeeper.Operations;

namespace Samsa.ZooKeeper.Recipes;

/// <summary>What a candidate came to.</summary>
/// <param name="IsElected">It is the controller.</param>
/// <param name="Epoch">The epoch of its reign, which is higher than all before; -1 when it is not the controller.</param>
/// <param name="EpochVersion">
/// The data version of the epoch's node: a write that demands it (<see cref="Operation.CheckVersion"/>) fails once somebody else
/// reigns. -1 when it is not the controller.
/// </param>
/// <param name="Leader">The controller's node; null when it was gone again.</param>
public sealed record ElectionResult(bool IsElected, int Epoch, int EpochVersion, NodeData? Leader);
