using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.Win32.SafeHandles;

namespace Samsa.Bench.SocketLayer;

/// <summary>The server half: reads length-prefixed frames; bytes 4 to 7 of a frame say how long the answer must be.</summary>
internal static class Servers
{
    private static readonly byte[] Zeros = new byte[64 << 10];

    public static async Task RunAsync(string mode, string path)
    {
        using var file = File.OpenHandle(path);
        // SendPackets insists on a stream that was opened for asynchronous use.
        await using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 0, useAsync: true);
        if (mode.StartsWith("kestrel", StringComparison.Ordinal))
        {
            await KestrelAsync(mode, file);
            return;
        }

        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(50);
        Console.WriteLine(((IPEndPoint)listener.LocalEndPoint!).Port.ToString(CultureInfo.InvariantCulture));
        _ = AcceptAsync(listener, mode, file, stream);
        await Console.In.ReadLineAsync();
    }

    private static async Task AcceptAsync(Socket listener, string mode, SafeFileHandle file, FileStream stream)
    {
        while (true)
        {
            var socket = await listener.AcceptAsync();
            socket.NoDelay = true;
            _ = ServeAsync(socket, mode, file, stream);
        }
    }

    // The shape that the broker uses: a small read-ahead buffer, large frames received straight into a rented one.
    private static async Task ServeAsync(Socket socket, string mode, SafeFileHandle file, FileStream stream)
    {
        using var _ = socket;
        var ahead = new byte[4096];
        var start = 0;
        var end = 0;
        while (true)
        {
            while (end - start < 8)
            {
                ahead.AsSpan(start, end - start).CopyTo(ahead);
                end -= start;
                start = 0;
                var read = await socket.ReceiveAsync(ahead.AsMemory(end));
                if (read == 0)
                {
                    return;
                }

                end += read;
            }

            var length = BinaryPrimitives.ReadInt32BigEndian(ahead.AsSpan(start)) + 4;
            var answer = BinaryPrimitives.ReadInt32BigEndian(ahead.AsSpan(start + 4));
            var frame = ArrayPool<byte>.Shared.Rent(length);
            var have = Math.Min(length, end - start);
            ahead.AsSpan(start, have).CopyTo(frame);
            start += have;
            while (have < length)
            {
                var read = await socket.ReceiveAsync(frame.AsMemory(have, length - have));
                if (read == 0)
                {
                    return;
                }

                have += read;
            }

            ArrayPool<byte>.Shared.Return(frame);
            if (mode is "sockets" or "sockets-inline")
            {
                await socket.SendAsync(Zeros.AsMemory(0, answer));
            }
            else
            {
                await AnswerFromFileAsync(socket, mode, file, stream, answer);
            }
        }
    }

    private static async Task AnswerFromFileAsync(Socket socket, string mode, SafeFileHandle file, FileStream stream, int answer)
    {
        long offset = 0;
        while (answer > 0)
        {
            if (mode.StartsWith("sockets-sendfile", StringComparison.Ordinal))
            {
                var sent = SendFile.Try(socket, file, offset, answer);
                if (sent > 0)
                {
                    offset += sent;
                    answer -= sent;
                    continue;
                }
            }

            if (mode == "sockets-sendfile-packets")
            {
                await SendPacketsAsync(socket, new SendPacketsElement(stream, offset, answer));
                return;
            }

            var chunk = Math.Min(answer, 64 << 10);
            var buffer = ArrayPool<byte>.Shared.Rent(chunk);
            RandomAccess.Read(file, buffer.AsSpan(0, chunk), offset);
            await socket.SendAsync(buffer.AsMemory(0, chunk));
            ArrayPool<byte>.Shared.Return(buffer);
            offset += chunk;
            answer -= chunk;
        }
    }

    private static Task SendPacketsAsync(Socket socket, SendPacketsElement element)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var args = new SocketAsyncEventArgs { SendPacketsElements = [element] };
        args.Completed += (_, a) => Complete(done, a);
        if (!socket.SendPacketsAsync(args))
        {
            Complete(done, args);
        }

        return done.Task;
    }

    private static void Complete(TaskCompletionSource done, SocketAsyncEventArgs args)
    {
        if (args.SocketError == SocketError.Success)
        {
            done.SetResult();
        }
        else
        {
            done.SetException(new SocketException((int)args.SocketError));
        }

        args.Dispose();
    }

    private static async Task KestrelAsync(string mode, SafeFileHandle file)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
            listen.Run(connection => ServePipeAsync(connection, mode, file))));
        await using var app = builder.Build();
        await app.StartAsync();
        Console.WriteLine(new Uri(app.Urls.First()).Port.ToString(CultureInfo.InvariantCulture));
        await Console.In.ReadLineAsync();
    }

    private static async Task ServePipeAsync(ConnectionContext connection, string mode, SafeFileHandle file)
    {
        var input = connection.Transport.Input;
        var output = connection.Transport.Output;
        var head = new byte[8];
        while (true)
        {
            var result = await input.ReadAtLeastAsync(8);
            if (result.Buffer.Length < 8)
            {
                return;
            }

            result.Buffer.Slice(0, 8).CopyTo(head);
            var length = BinaryPrimitives.ReadInt32BigEndian(head) + 4;
            var answer = BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(4));
            // A frame must be contiguous for the decoder and outlive the pipe's segments: it is copied as it arrives.
            var frame = ArrayPool<byte>.Shared.Rent(length);
            var have = 0;
            while (true)
            {
                var take = result.Buffer.Slice(0, Math.Min(result.Buffer.Length, length - have));
                take.CopyTo(frame.AsSpan(have));
                have += (int)take.Length;
                input.AdvanceTo(take.End);
                if (have == length)
                {
                    break;
                }

                result = await input.ReadAsync();
                if (result.IsCompleted && result.Buffer.IsEmpty)
                {
                    return;
                }
            }

            ArrayPool<byte>.Shared.Return(frame);
            long offset = 0;
            while (answer > 0)
            {
                var memory = output.GetMemory(Math.Min(answer, 4096));
                var chunk = Math.Min(answer, memory.Length);
                if (mode == "kestrel-copy")
                {
                    RandomAccess.Read(file, memory.Span[..chunk], offset);
                }
                else
                {
                    Zeros.AsSpan(0, chunk).CopyTo(memory.Span);
                }

                output.Advance(chunk);
                offset += chunk;
                answer -= chunk;
                if (answer == 0 || offset % (64 << 10) == 0)
                {
                    await output.FlushAsync();
                }
            }
        }
    }
}
