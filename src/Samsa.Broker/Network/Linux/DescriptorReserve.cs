using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Samsa.Broker.Network.Linux;

/// <summary>
/// Keeps some of the process's file descriptors (<c>ulimit -n</c>) out of the reach of connections.
/// Owns nothing; any thread; lives as long as the server; never fails: where the limit is not known there is no reserve.
/// </summary>
/// <remarks>
/// The last descriptor must not go to a peer. A segment that cannot be opened takes its log directory offline, and a runtime that
/// starts a thread needs a pipe for it: without one the process dies with "Out of memory.", measured with 400 descriptors and 600
/// connections. (.NET raises the soft limit to the hard one by itself, at its start.)
/// </remarks>
internal sealed partial class DescriptorReserve
{
    private const int OpenFiles = 7;

    // A broker at rest has about 90 descriptors; the reserve is for threads, segments, and what comes and goes with them.
    private const long Least = 64;
    private const long Most = 1024;

    // The system gives the lowest free number to a new descriptor: a socket of this number means that so many are in use.
    private readonly long _firstReserved;

    /// <summary>Keeps an eighth of <paramref name="limit"/> back, at least 64, at most 1,024.</summary>
    public DescriptorReserve(long limit)
    {
        Limit = limit;
        Reserved = Math.Clamp(limit / 8, Least, Most);
        _firstReserved = limit - Reserved;
    }

    /// <summary>How many descriptors the process may have.</summary>
    public long Limit { get; }

    /// <summary>How many of them are no connection's.</summary>
    public long Reserved { get; }

    /// <summary>The reserve under the process's present limit.</summary>
    public static DescriptorReserve OfThisProcess()
    {
        // The soft and the hard limit; rlim_t has 64 bits on x64 and arm64.
        Span<ulong> limits = stackalloc ulong[2];
        var known = LinuxSocket.IsSupported && getrlimit(OpenFiles, limits) == 0 && limits[0] < long.MaxValue;
        return new DescriptorReserve(known ? (long)limits[0] : long.MaxValue);
    }

    /// <summary>False for a socket that took a descriptor of the reserve.</summary>
    public bool Allows(Socket socket) => Limit == long.MaxValue || socket.SafeHandle.DangerousGetHandle() < _firstReserved;

    [LibraryImport("libc")]
    private static partial int getrlimit(int resource, Span<ulong> limits);
}
