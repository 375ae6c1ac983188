using System.Runtime.InteropServices;

namespace Samsa.Protocol.Compression;

/// <summary>ZSTD_inBuffer and ZSTD_outBuffer, which have the same three fields.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct ZstdBuffer
{
    public byte* Start;
    public nuint Size;
    public nuint Position;
}
