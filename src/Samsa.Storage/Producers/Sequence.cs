namespace Samsa.Storage.Producers;

/// <summary>Arithmetic of producer sequences: non-negative 32-bit numbers in which 0 follows the largest (KIP-98).</summary>
internal static class Sequence
{
    /// <summary>No sequence: a producer of which only markers are known, or a coordinator's batch.</summary>
    internal const int None = -1;

    internal static int Subtract(int sequence, int decrement) =>
        sequence >= decrement ? sequence - decrement : int.MaxValue - (decrement - sequence) + 1;

    internal static bool Follows(int last, int next) => next == last + 1L || (next == 0 && last == int.MaxValue);
}
