using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Samsa.Protocol.Compression;

/// <summary>The streaming functions of libzstd; stable since 1.4.</summary>
internal static unsafe partial class ZstdNative
{
    public const int CompressionLevelParameter = 100;
    public const int ResetSessionAndParameters = 3;
    public const int DirectiveContinue = 0;
    public const int DirectiveFlush = 1;
    public const int DirectiveEnd = 2;
    public const ulong ContentSizeUnknown = ulong.MaxValue;
    public const ulong ContentSizeError = ulong.MaxValue - 1;

    static ZstdNative() => NativeCodecs.Require(NativeCodecs.Zstd);

    [LibraryImport(NativeCodecs.Zstd, EntryPoint = "ZSTD_createCCtx")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial nint CreateCompressor();

    [LibraryImport(NativeCodecs.Zstd, EntryPoint = "ZSTD_freeCCtx")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial nuint FreeCompressor(nint context);

    [LibraryImport(NativeCodecs.Zstd, EntryPoint = "ZSTD_sizeof_CCtx")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial nuint SizeOfCompressor(nint context);

    [LibraryImport(NativeCodecs.Zstd, EntryPoint = "ZSTD_CCtx_reset")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial nuint ResetCompressor(nint context, int directive);

    [LibraryImport(NativeCodecs.Zstd, EntryPoint = "ZSTD_CCtx_setParameter")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial nuint SetParameter(nint context, int parameter, int value);

    [LibraryImport(NativeCodecs.Zstd, EntryPoint = "ZSTD_compressStream2")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial nuint CompressStream(nint context, ZstdBuffer* output, ZstdBuffer* input, int directive);

    [LibraryImport(NativeCodecs.Zstd, EntryPoint = "ZSTD_createDCtx")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial nint CreateDecompressor();

    [LibraryImport(NativeCodecs.Zstd, EntryPoint = "ZSTD_freeDCtx")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial nuint FreeDecompressor(nint context);

    [LibraryImport(NativeCodecs.Zstd, EntryPoint = "ZSTD_sizeof_DCtx")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial nuint SizeOfDecompressor(nint context);

    [LibraryImport(NativeCodecs.Zstd, EntryPoint = "ZSTD_DCtx_reset")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial nuint ResetDecompressor(nint context, int directive);

    [LibraryImport(NativeCodecs.Zstd, EntryPoint = "ZSTD_decompressStream")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial nuint DecompressStream(nint context, ZstdBuffer* output, ZstdBuffer* input);

    [LibraryImport(NativeCodecs.Zstd, EntryPoint = "ZSTD_decompressDCtx")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial nuint DecompressWhole(nint context, byte* destination, nuint capacity, byte* source, nuint sourceSize);

    [LibraryImport(NativeCodecs.Zstd, EntryPoint = "ZSTD_getFrameContentSize")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial ulong ContentSize(byte* source, nuint sourceSize);

    [LibraryImport(NativeCodecs.Zstd, EntryPoint = "ZSTD_findFrameCompressedSize")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial nuint FrameSize(byte* source, nuint sourceSize);

    [LibraryImport(NativeCodecs.Zstd, EntryPoint = "ZSTD_isError")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial uint IsError(nuint code);

    [LibraryImport(NativeCodecs.Zstd, EntryPoint = "ZSTD_getErrorName")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial nint ErrorName(nuint code);
}
