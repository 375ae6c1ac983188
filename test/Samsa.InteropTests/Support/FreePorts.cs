using System.Net;
using System.Net.Sockets;

namespace Samsa.InteropTests.Support;

/// <summary>
/// Ports for brokers that are restarted on the same address. They are asked from the operating system, but below its range for
/// outgoing connections: a client that retries while the broker is down could otherwise be given the broker's port as its own,
/// and connect to itself.
/// </summary>
internal static class FreePorts
{
    private const int Lowest = 15000;
    private const int Highest = 32000;
    private static int _next = Random.Shared.Next(Lowest, Highest);

    /// <summary>The first of <paramref name="count"/> neighbouring ports on which nobody listens.</summary>
    public static int Next(int count = 1)
    {
        for (int attempt = 0; attempt < Highest - Lowest; attempt++)
        {
            // The counter moves past the whole range, so that nobody is given its second port.
            int first = Lowest + (int)((uint)(Interlocked.Add(ref _next, count) - count) % (Highest - Lowest));
            if (Enumerable.Range(first, count).All(IsFree))
            {
                return first;
            }
        }

        throw new InvalidOperationException($"No {count} free neighbouring ports between {Lowest} and {Highest}.");
    }

    private static bool IsFree(int port)
    {
        try
        {
            using TcpListener listener = new(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
