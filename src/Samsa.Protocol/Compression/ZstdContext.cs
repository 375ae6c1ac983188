using System.Runtime.InteropServices;

namespace Samsa.Protocol.Compression;

/// <summary>
/// A native compression or decompression context.
/// Owns: the context's native memory.
/// Threads: one at a time; contexts are kept per thread.
/// Lifetime: until disposed, or finalized after its thread has ended.
/// Fails: never; a context that could not be created is invalid.
/// </summary>
internal sealed class ZstdContext : SafeHandle
{
    private readonly bool _compresses;

    public ZstdContext(bool compresses) : base(0, ownsHandle: true)
    {
        _compresses = compresses;
        SetHandle(compresses ? ZstdNative.CreateCompressor() : ZstdNative.CreateDecompressor());
        if (IsInvalid)
        {
            throw new InvalidOperationException("libzstd could not allocate a context.");
        }
    }

    public override bool IsInvalid => handle == 0;

    /// <summary>The native pointer; the caller keeps this object alive.</summary>
    public nint Pointer => handle;

    /// <summary>Native bytes held.</summary>
    public nuint MemorySize => _compresses ? ZstdNative.SizeOfCompressor(handle) : ZstdNative.SizeOfDecompressor(handle);

    protected override bool ReleaseHandle()
    {
        _ = _compresses ? ZstdNative.FreeCompressor(handle) : ZstdNative.FreeDecompressor(handle);
        return true;
    }
}
