using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Samsa.Bench.SocketLayer;

/// <summary>sendfile(2), once; -1 when the socket cannot take more now.</summary>
internal static partial class SendFile
{
    public static int Try(Socket socket, SafeFileHandle file, long offset, int count)
    {
        var sent = sendfile(socket.SafeHandle, file, ref offset, count);
        if (sent < 0 && Marshal.GetLastPInvokeError() is var error && error is not (11 or 4))
        {
            throw new IOException($"sendfile failed with errno {error}.");
        }

        return (int)sent;
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint sendfile(SafeSocketHandle socket, SafeFileHandle file, ref long offset, nint count);
}
