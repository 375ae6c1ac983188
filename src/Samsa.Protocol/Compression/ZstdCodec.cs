using System.Buffers;
using System.Runtime.InteropServices;

namespace Samsa.Protocol.Compression;

/// <summary>
/// Zstandard through libzstd. Frames are written by the streaming functions with a flush before the end, because that is
/// what Apache Kafka's stream classes do: no content size, and an empty last block.
/// </summary>
internal static unsafe class ZstdCodec
{
    private const int ChunkSize = 64 * 1024;

    // Contexts that grew beyond this (high levels, large windows) are freed after use, not kept by the thread.
    private const int MaxKeptContext = 16 * 1024 * 1024;

    // A declared content size is believed without further thought up to this many bytes, or up to this ratio.
    private const int TrustedContentSize = 1024 * 1024;
    private const int TrustedRatio = 64;

    [ThreadStatic]
    private static ZstdContext? _compressor;

    [ThreadStatic]
    private static ZstdContext? _decompressor;

    public static void Compress(ReadOnlySpan<byte> source, int level, IBufferWriter<byte> destination)
    {
        NativeCodecs.Require(NativeCodecs.Zstd);
        var context = _compressor ??= new ZstdContext(compresses: true);
        try
        {
            Check(ZstdNative.ResetCompressor(context.Pointer, ZstdNative.ResetSessionAndParameters));
            Check(ZstdNative.SetParameter(context.Pointer, ZstdNative.CompressionLevelParameter, level));
            fixed (byte* start = source)
            {
                var input = new ZstdBuffer { Start = start, Size = (nuint)source.Length };
                while (input.Position < input.Size)
                {
                    Step(context.Pointer, &input, ZstdNative.DirectiveContinue, source.Length, destination);
                }

                while (Step(context.Pointer, &input, ZstdNative.DirectiveFlush, source.Length, destination) != 0)
                {
                }

                while (Step(context.Pointer, &input, ZstdNative.DirectiveEnd, source.Length, destination) != 0)
                {
                }
            }
        }
        finally
        {
            Keep(ref _compressor);
        }
    }

    public static DecompressionStatus Decompress(ReadOnlySpan<byte> source, PooledBuffer destination, int maxOutput)
    {
        NativeCodecs.Require(NativeCodecs.Zstd);
        if (source.IsEmpty)
        {
            return DecompressionStatus.Corrupt;
        }

        var context = _decompressor ??= new ZstdContext(compresses: false);
        try
        {
            fixed (byte* start = source)
            {
                return TryDecompressWhole(context.Pointer, start, source.Length, destination, maxOutput)
                    ?? DecompressStream(context.Pointer, start, source.Length, destination, maxOutput);
            }
        }
        finally
        {
            Keep(ref _decompressor);
        }
    }

    /// <summary>A single frame that tells its size goes straight to the destination; null when that does not apply.</summary>
    private static DecompressionStatus? TryDecompressWhole(nint context, byte* start, int length, PooledBuffer destination, int maxOutput)
    {
        var size = ZstdNative.ContentSize(start, (nuint)length);
        if (size is ZstdNative.ContentSizeUnknown or ZstdNative.ContentSizeError
            || (size > TrustedContentSize && size > (ulong)length * TrustedRatio)
            || ZstdNative.FrameSize(start, (nuint)length) != (nuint)length)
        {
            return null;
        }

        if (size > (ulong)maxOutput)
        {
            return DecompressionStatus.TooLarge;
        }

        fixed (byte* output = destination.GetSpan((int)size))
        {
            var written = ZstdNative.DecompressWhole(context, output, (nuint)size, start, (nuint)length);
            if (ZstdNative.IsError(written) != 0 || written != size)
            {
                return DecompressionStatus.Corrupt;
            }
        }

        destination.Advance((int)size);
        return DecompressionStatus.Done;
    }

    private static DecompressionStatus DecompressStream(nint context, byte* start, int length, PooledBuffer destination, int maxOutput)
    {
        Check(ZstdNative.ResetDecompressor(context, ZstdNative.ResetSessionAndParameters));
        var input = new ZstdBuffer { Start = start, Size = (nuint)length };
        var left = maxOutput;
        while (true)
        {
            // One byte over the limit tells a full output from one that is too large.
            var chunk = destination.GetSpan((int)Math.Min(ChunkSize, left + 1L));
            var allowed = (int)Math.Min(chunk.Length, left + 1L);
            nuint hint;
            int written;
            fixed (byte* to = chunk)
            {
                var output = new ZstdBuffer { Start = to, Size = (nuint)allowed };
                hint = ZstdNative.DecompressStream(context, &output, &input);
                written = (int)output.Position;
            }

            if (ZstdNative.IsError(hint) != 0)
            {
                return DecompressionStatus.Corrupt;
            }

            if (written > left)
            {
                return DecompressionStatus.TooLarge;
            }

            destination.Advance(written);
            left -= written;
            if (input.Position == input.Size)
            {
                // A zero hint means that the last frame is complete and all of it is out.
                if (hint == 0)
                {
                    return DecompressionStatus.Done;
                }

                if (written < allowed)
                {
                    return DecompressionStatus.Corrupt;
                }
            }
        }
    }

    private static nuint Step(nint context, ZstdBuffer* input, int directive, int sourceLength, IBufferWriter<byte> destination)
    {
        var chunk = destination.GetSpan(Math.Clamp(sourceLength, 256, ChunkSize));
        fixed (byte* to = chunk)
        {
            var output = new ZstdBuffer { Start = to, Size = (nuint)chunk.Length };
            var left = Check(ZstdNative.CompressStream(context, &output, input, directive));
            destination.Advance((int)output.Position);
            return left;
        }
    }

    private static nuint Check(nuint code) => ZstdNative.IsError(code) == 0
        ? code
        : throw new InvalidOperationException($"libzstd reports: {Marshal.PtrToStringUTF8(ZstdNative.ErrorName(code))}.");

    private static void Keep(ref ZstdContext? context)
    {
        if (context is not null && context.MemorySize > MaxKeptContext)
        {
            context.Dispose();
            context = null;
        }
    }
}
