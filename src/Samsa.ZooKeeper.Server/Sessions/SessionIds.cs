namespace Samsa.ZooKeeper.Server.Sessions;

/// <summary>
/// Ids and passwords of sessions. Both are Apache ZooKeeper's: an id carries server and start time, so that no restart gives one
/// out again; a password is computed from the id, so that a session can be resumed after a restart (also on Apache's server that
/// takes over the directory) although nothing but its id and time-out is stored. Whoever knows an id, knows the password.
/// </summary>
internal static class SessionIds
{
    internal const int PasswordLength = 16;

    // Apache ZooKeeper's constant, and the multiplier and increment of the generator that it seeds with it (java.util.Random).
    private const long SuperSecret = 0xB3415C00L;
    private const long Multiplier = 0x5DEECE66DL;
    private const long Increment = 0xBL;
    private const long StateMask = (1L << 48) - 1;

    /// <summary>The first id of a server that starts at <paramref name="milliseconds"/> since 1970.</summary>
    internal static long First(byte serverId, long milliseconds)
    {
        var id = (long)(((ulong)milliseconds << 24) >> 8) | ((long)serverId << 56);

        // long.MinValue is the mark of containers.
        return id == long.MinValue ? id + 1 : id;
    }

    /// <summary>The password of a session.</summary>
    internal static byte[] PasswordOf(long sessionId)
    {
        var state = ((sessionId ^ SuperSecret) ^ Multiplier) & StateMask;
        var password = new byte[PasswordLength];
        for (var i = 0; i < PasswordLength;)
        {
            state = unchecked((state * Multiplier) + Increment) & StateMask;
            var value = (int)(state >> 16);
            for (var n = 0; n < sizeof(int); n++, value >>= 8)
            {
                password[i++] = (byte)value;
            }
        }

        return password;
    }
}
