using System.Runtime.CompilerServices;
using Samsa.Fuzz.Engine;

namespace Samsa.UnitTests.Fuzzing;

/// <summary>A target whose code cannot stand the letter b, and may make much of something once.</summary>
internal sealed class BrokenTarget : IFuzzTarget
{
    private readonly ManualResetEventSlim _released = new();

    private int _executions;

    public bool Hangs { get; init; }

    /// <summary>How many inputs it takes until 64 MB are made, once; never when 0.</summary>
    public int MakesMemoryAt { get; init; }

    public string Name => "broken";

    public IEnumerable<byte[]> Seeds(Random random) => [[.. "aaaaaaaa"u8]];

    public byte[] Mutate(byte[] input, byte[] other, Random random)
    {
        var changed = input.ToArray();
        changed[random.Next(changed.Length)] = (byte)random.Next('a', 'z');
        return changed;
    }

    // A finding is named after the method on top of its stack: inlined, that would be the session's.
    [MethodImpl(MethodImplOptions.NoInlining)]
    public void Execute(byte[] input, Behaviour seen)
    {
        seen.Note("letters", input.Distinct().Count());
        if (++_executions == MakesMemoryAt)
        {
            GC.KeepAlive(new byte[64 << 20]);
        }

        if (!input.Contains((byte)'b'))
        {
            return;
        }

        if (Hangs)
        {
            _released.Wait();
        }

        throw new InvalidOperationException("b");
    }

    public void Release() => _released.Set();

    public long AllocationBound(byte[] input) => 32 << 20;

    public void Reset()
    {
    }

    public byte[] History() => [];

    public void Dispose()
    {
    }
}
