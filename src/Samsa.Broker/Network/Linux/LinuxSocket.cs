using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace Samsa.Broker.Network.Linux;

/// <summary>System calls on a non-blocking socket. None of them waits; -1 means that it would have to.</summary>
internal static partial class LinuxSocket
{
    private const int Interrupted = 4;
    private const int WouldBlock = 11;
    private const int MessageDontWait = 0x40;
    private const int MessageNoSignal = 0x4000;
    private const int MessageMore = 0x8000;

    /// <summary>True where the calls exist.</summary>
    [SupportedOSPlatformGuard("linux")]
    public static bool IsSupported { get; } = OperatingSystem.IsLinux();

    /// <summary>Receives what is there, 0 at the end of the stream.</summary>
    /// <exception cref="IOException">The connection is broken.</exception>
    public static int Receive(Socket socket, Span<byte> buffer)
    {
        while (true)
        {
            var received = recv(socket.SafeHandle, buffer, buffer.Length, MessageDontWait);
            if (received >= 0)
            {
                return (int)received;
            }

            if (MustWait("recv"))
            {
                return -1;
            }
        }
    }

    /// <summary>Sends as many bytes as the socket has room for.</summary>
    /// <param name="socket">The socket.</param>
    /// <param name="bytes">The bytes.</param>
    /// <param name="moreFollows">The kernel may hold the bytes back to fill a packet with what follows (MSG_MORE).</param>
    /// <exception cref="IOException">The connection is broken.</exception>
    public static int Send(Socket socket, ReadOnlySpan<byte> bytes, bool moreFollows)
    {
        while (true)
        {
            var flags = MessageDontWait | MessageNoSignal | (moreFollows ? MessageMore : 0);
            var sent = send(socket.SafeHandle, bytes, bytes.Length, flags);
            if (sent >= 0)
            {
                return (int)sent;
            }

            if (MustWait("send"))
            {
                return -1;
            }
        }
    }

    /// <summary>Moves bytes from the page cache to the socket, as many as it has room for.</summary>
    /// <exception cref="IOException">The connection is broken.</exception>
    /// <exception cref="EndOfStreamException">The file ends at or before <paramref name="offset"/>.</exception>
    public static int SendFile(Socket socket, SafeFileHandle file, long offset, int count)
    {
        while (true)
        {
            var sent = sendfile(socket.SafeHandle, file, ref offset, count);
            if (sent > 0)
            {
                return (int)sent;
            }

            if (sent == 0)
            {
                throw new EndOfStreamException($"The file ends before the region that was to be sent at {offset}.");
            }

            if (MustWait("sendfile"))
            {
                return -1;
            }
        }
    }

    // After a call that returned an error: true to wait, false to call again.
    private static bool MustWait(string call)
    {
        var error = Marshal.GetLastPInvokeError();
        return error switch
        {
            WouldBlock => true,
            Interrupted => false,
            _ => throw new IOException($"{call} failed with errno {error}: {Marshal.GetPInvokeErrorMessage(error)}."),
        };
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint recv(SafeSocketHandle socket, Span<byte> buffer, nint count, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint send(SafeSocketHandle socket, ReadOnlySpan<byte> bytes, nint count, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint sendfile(SafeSocketHandle socket, SafeFileHandle file, ref long offset, nint count);
}
