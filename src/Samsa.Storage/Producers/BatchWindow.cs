using System.Runtime.CompilerServices;

namespace Samsa.Storage.Producers;

/// <summary>The room for the five batches that are remembered per producer (KIP-98: five requests may be in flight).</summary>
[InlineArray(Length)]
internal struct BatchWindow
{
    internal const int Length = 5;

    private BatchMetadata _first;
}
