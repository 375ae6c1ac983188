namespace Samsa.Fuzz.Engine;

/// <summary>
/// What one run showed from outside: outcomes, error codes, shapes. An input that shows something new is worth keeping.
/// </summary>
public sealed class Behaviour
{
    private const int MostLetters = 40;

    private readonly HashSet<ulong> _signs = [];

    /// <summary>The signs of this run.</summary>
    public IReadOnlyCollection<ulong> Signs => _signs;

    /// <summary>Notes that something of this kind was seen with this value. Values should be few.</summary>
    public void Note(string kind, long value = 0) => _signs.Add(Mix(HashOf(kind), (ulong)value));

    /// <summary>Notes a number by its magnitude.</summary>
    public void NoteSize(string kind, long value) =>
        Note(kind, value <= 0 ? Math.Sign(value) : 1 + System.Numerics.BitOperations.Log2((ulong)value));

    /// <summary>Notes an exception by its type and its first words, without numbers and quotations.</summary>
    public void Note(string kind, Exception exception)
    {
        var hash = HashOf(exception.GetType().Name);
        var quoted = false;
        var letters = 0;
        foreach (var c in exception.Message)
        {
            quoted ^= c == '\'';
            if (char.IsAsciiLetter(c) && !quoted && letters++ < MostLetters)
            {
                hash = Mix(hash, c);
            }
        }

        _signs.Add(Mix(HashOf(kind), hash));
    }

    /// <summary>Forgets all signs.</summary>
    public void Clear() => _signs.Clear();

    private static ulong HashOf(string text)
    {
        // string.GetHashCode differs from run to run.
        var hash = 14695981039346656037UL;
        foreach (var c in text)
        {
            hash = Mix(hash, c);
        }

        return hash;
    }

    private static ulong Mix(ulong hash, ulong value) => ((hash ^ value) * 1099511628211UL) ^ (hash >> 29);
}
