using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Samsa.Protocol.Compression;

/// <summary>The block functions of liblz4; stable since 1.7. Sizes are int, negative results are errors.</summary>
internal static unsafe partial class Lz4Native
{
    static Lz4Native() => NativeCodecs.Require(NativeCodecs.Lz4);

    [LibraryImport(NativeCodecs.Lz4, EntryPoint = "LZ4_compress_default")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial int CompressDefault(byte* source, byte* destination, int sourceSize, int capacity);

    [LibraryImport(NativeCodecs.Lz4, EntryPoint = "LZ4_compress_HC")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial int CompressHigh(byte* source, byte* destination, int sourceSize, int capacity, int level);

    [LibraryImport(NativeCodecs.Lz4, EntryPoint = "LZ4_decompress_safe_usingDict")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial int Decompress(byte* source, byte* destination, int sourceSize, int capacity, byte* dictionary, int dictionarySize);
}
