using System.Buffers.Binary;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Samsa.Broker.Network.Linux;

/// <summary>
/// One epoll descriptor. Any thread may enter, any number may wait; lives until disposed, which must not come while somebody
/// waits; fails with <see cref="IOException"/>.
/// </summary>
internal sealed partial class Epoll : IDisposable
{
    private const int CloseOnExec = 0x80000;
    private const int Add = 1;
    private const int Interrupted = 4;

    // struct epoll_event: 32 bits of events, 64 bits of data; packed on x86, aligned elsewhere.
    private static readonly int DataOffset =
        RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.X86 ? sizeof(uint) : sizeof(ulong);

    private readonly SafeFileHandle _handle;
    private readonly SafeFileHandle _alarm;

    public Epoll()
    {
        _handle = Checked(epoll_create1(CloseOnExec), "epoll_create1");
        _alarm = Checked(eventfd(0, CloseOnExec), "eventfd");
        Span<byte> wanted = stackalloc byte[16];
        Write(wanted, EpollEvents.Readable, 0);
        Check(epoll_ctl(_handle, Add, (int)_alarm.DangerousGetHandle(), wanted), "epoll_ctl");
    }

    /// <summary>Reports every change of a socket's readiness under <paramref name="token"/> (not 0), until the socket is closed.</summary>
    public void Watch(SafeSocketHandle socket, ulong token)
    {
        Span<byte> wanted = stackalloc byte[16];
        Write(wanted, EpollEvents.Readable | EpollEvents.Writable | EpollEvents.PeerEnded | EpollEvents.OnChange, token);
        var taken = false;
        try
        {
            socket.DangerousAddRef(ref taken);
            Check(epoll_ctl(_handle, Add, (int)socket.DangerousGetHandle(), wanted), "epoll_ctl");
        }
        finally
        {
            if (taken)
            {
                socket.DangerousRelease();
            }
        }
    }

    /// <summary>Waits for one event. Token 0 is the alarm, and stays.</summary>
    public EpollEvents Wait(out ulong token)
    {
        Span<byte> happened = stackalloc byte[16];
        while (true)
        {
            var count = epoll_wait(_handle, happened, 1, -1);
            if (count > 0)
            {
                token = MemoryMarshal.Read<ulong>(happened[DataOffset..]);
                return (EpollEvents)MemoryMarshal.Read<uint>(happened);
            }

            if (count < 0 && Marshal.GetLastPInvokeError() != Interrupted)
            {
                Check(count, "epoll_wait");
            }
        }
    }

    /// <summary>Wakes everybody who waits now or later.</summary>
    public void RaiseAlarm()
    {
        Span<byte> one = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(one, 1);
        RandomAccess.Write(_alarm, one, 0);
    }

    public void Dispose()
    {
        _alarm.Dispose();
        _handle.Dispose();
    }

    private static void Write(Span<byte> target, EpollEvents events, ulong token)
    {
        MemoryMarshal.Write(target, (uint)events);
        MemoryMarshal.Write(target[DataOffset..], token);
    }

    private static SafeFileHandle Checked(int descriptor, string call)
    {
        Check(descriptor, call);
        return new SafeFileHandle(descriptor, ownsHandle: true);
    }

    private static void Check(int result, string call)
    {
        if (result < 0)
        {
            var error = Marshal.GetLastPInvokeError();
            throw new IOException($"{call} failed with errno {error}: {Marshal.GetPInvokeErrorMessage(error)}.");
        }
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int epoll_create1(int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int eventfd(uint initial, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int epoll_ctl(SafeFileHandle epoll, int operation, int descriptor, ReadOnlySpan<byte> wanted);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int epoll_wait(SafeFileHandle epoll, Span<byte> happened, int count, int timeoutMs);
}
