using System.Reflection;
using System.Runtime.InteropServices;

namespace Samsa.Protocol.Compression;

/// <summary>
/// Finds the two native libraries under the names that systems give them.
/// Owns: the handles, which are never freed.
/// Threads: any.
/// Lifetime: the process; a library that was missing is not looked for again.
/// Fails: <see cref="CodecUnavailableException"/> with the name of the library and how to install it.
/// </summary>
internal static class NativeCodecs
{
    public const string Lz4 = "lz4";
    public const string Zstd = "zstd";

    private static readonly Lazy<nint> Lz4Handle = new(() => Find(Lz4, '1'));
    private static readonly Lazy<nint> ZstdHandle = new(() => Find(Zstd, '1'));

    static NativeCodecs() => NativeLibrary.SetDllImportResolver(typeof(NativeCodecs).Assembly, Resolve);

    /// <summary>Throws unless the library is there. To be called before the first call into it.</summary>
    public static void Require(string library)
    {
        if (HandleOf(library) == 0)
        {
            throw new CodecUnavailableException(Explain(library));
        }
    }

    /// <summary>The sentence for a missing library.</summary>
    public static string Explain(string library) =>
        $"Records compressed with {library} need the native library {NamesOf(library, '1')[0]}, which is not installed. "
        + (library == Lz4
            ? "Install it with 'apt install liblz4-1', 'dnf install lz4-libs', 'apk add lz4-libs' or 'brew install lz4'; on Windows put liblz4.dll beside the program."
            : "Install it with 'apt install libzstd1', 'dnf install libzstd', 'apk add zstd-libs' or 'brew install zstd'; on Windows put libzstd.dll beside the program.");

    private static nint HandleOf(string library) => library switch
    {
        Lz4 => Lz4Handle.Value,
        Zstd => ZstdHandle.Value,
        _ => 0,
    };

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? searchPath) => HandleOf(name);

    private static nint Find(string library, char version)
    {
        foreach (var name in NamesOf(library, version))
        {
            if (NativeLibrary.TryLoad(name, typeof(NativeCodecs).Assembly, null, out var handle))
            {
                return handle;
            }
        }

        return 0;
    }

    private static string[] NamesOf(string library, char version)
    {
        if (OperatingSystem.IsWindows())
        {
            return [$"lib{library}.dll", $"{library}.dll"];
        }

        if (OperatingSystem.IsMacOS())
        {
            string[] names = [$"lib{library}.{version}.dylib", $"lib{library}.dylib"];
            return [.. names, .. names.Select(n => "/opt/homebrew/lib/" + n), .. names.Select(n => "/usr/local/lib/" + n)];
        }

        return [$"lib{library}.so.{version}", $"lib{library}.so"];
    }
}
