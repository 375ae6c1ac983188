namespace Samsa.Fuzz.Engine;

/// <summary>
/// One room of the code that is given hostile input. An input is one array of bytes, so that every failure can be kept in a file.
/// One thread at a time enters.
/// </summary>
public interface IFuzzTarget : IDisposable
{
    /// <summary>The name on the command line and of the corpus folder.</summary>
    string Name { get; }

    /// <summary>Well-formed inputs to start from.</summary>
    IEnumerable<byte[]> Seeds(Random random);

    /// <summary>A new input made from one or two others. Knows the structure of the input; may return it as it is.</summary>
    byte[] Mutate(byte[] input, byte[] other, Random random);

    /// <summary>Runs an input. Returns normally when the code under test kept its promises.</summary>
    /// <exception cref="FindingException">A promise was broken.</exception>
    void Execute(byte[] input, Behaviour seen);

    /// <summary>The managed bytes that one run of such an input may allocate.</summary>
    long AllocationBound(byte[] input);

    /// <summary>Forgets what earlier inputs left behind.</summary>
    void Reset();

    /// <summary>The inputs since the last <see cref="Reset"/> as one input: what to keep when the last one alone does no harm.</summary>
    byte[] History();
}
