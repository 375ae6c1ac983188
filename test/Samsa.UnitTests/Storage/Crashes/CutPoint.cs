namespace Samsa.UnitTests.Storage.Crashes;

/// <summary>A moment at which the power was cut.</summary>
/// <param name="Change">The number of the change that did not happen any more.</param>
/// <param name="Description">What that change was.</param>
/// <param name="Disk">What the cut left.</param>
/// <param name="Before">What was promised before the operation in progress.</param>
/// <param name="After">What the operation in progress was about to make of it.</param>
/// <param name="Latest">The changes before, for a message.</param>
internal sealed record CutPoint(
    long Change, string Description, CrashDisk Disk, NodeState Before, NodeState After, IReadOnlyList<string> Latest);
