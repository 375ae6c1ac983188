using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Samsa.Bench.SocketLayer;

/// <summary>The client half: four connections, each with up to five requests in flight, on blocking threads.</summary>
internal static class Load
{
    private const int Connections = 4;
    private const int InFlight = 5;

    public static long Run(int port, int requestBytes, int answerBytes, double seconds)
    {
        long total = 0;
        var threads = new Thread[Connections];
        for (var i = 0; i < threads.Length; i++)
        {
            threads[i] = new Thread(() => Interlocked.Add(ref total, OneConnection(port, requestBytes, answerBytes, seconds)));
            threads[i].Start();
        }

        foreach (var thread in threads)
        {
            thread.Join();
        }

        return total;
    }

    private static long OneConnection(int port, int requestBytes, int answerBytes, double seconds)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Connect(IPAddress.Loopback, port);
        var request = new byte[requestBytes];
        BinaryPrimitives.WriteInt32BigEndian(request, requestBytes - 4);
        BinaryPrimitives.WriteInt32BigEndian(request.AsSpan(4), answerBytes);
        var buffer = new byte[256 << 10];
        var clock = Stopwatch.StartNew();
        long done = 0;
        for (var i = 0; i < InFlight; i++)
        {
            socket.Send(request);
        }

        var inFlight = InFlight;
        while (inFlight > 0)
        {
            for (var left = answerBytes; left > 0;)
            {
                var read = socket.Receive(buffer.AsSpan(0, Math.Min(left, buffer.Length)));
                if (read == 0)
                {
                    throw new EndOfStreamException("The server closed the connection.");
                }

                left -= read;
            }

            done++;
            if (clock.Elapsed.TotalSeconds < seconds)
            {
                socket.Send(request);
            }
            else
            {
                inFlight--;
            }
        }

        return done;
    }
}
