using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace Samsa.Broker.Network;

/// <summary>The two system calls that only Linux has. Both act on the non-blocking descriptor and never wait.</summary>
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

    /// <summary>Moves bytes from the page cache to the socket; 0 when the socket is full.</summary>
    /// <exception cref="SocketException">The connection is broken.</exception>
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

            switch (Marshal.GetLastPInvokeError())
            {
                case Interrupted:
                    continue;
                case WouldBlock:
                    return 0;
                case var error:
                    throw new IOException($"sendfile failed with errno {error}: {Marshal.GetPInvokeErrorMessage(error)}.");
            }
        }
    }

    /// <summary>Sends bytes that wait in the kernel for what follows (MSG_MORE); returns how many the socket took, maybe 0.</summary>
    public static int SendMore(Socket socket, ReadOnlySpan<byte> bytes)
    {
        while (true)
        {
            var sent = send(socket.SafeHandle, bytes, bytes.Length, MessageDontWait | MessageNoSignal | MessageMore);
            if (sent >= 0)
            {
                return (int)sent;
            }

            switch (Marshal.GetLastPInvokeError())
            {
                case Interrupted:
                    continue;
                case WouldBlock:
                    return 0;
                case var error:
                    throw new IOException($"send failed with errno {error}: {Marshal.GetPInvokeErrorMessage(error)}.");
            }
        }
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint sendfile(SafeSocketHandle socket, SafeFileHandle file, ref long offset, nint count);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint send(SafeSocketHandle socket, ReadOnlySpan<byte> bytes, nint count, int flags);
}
