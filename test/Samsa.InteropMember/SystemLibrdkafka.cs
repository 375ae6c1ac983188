using System.Runtime.InteropServices;
using Confluent.Kafka;

namespace Samsa.InteropMember;

/// <summary>Lets Confluent.Kafka use the operating system's librdkafka. Once for a process; from any thread.</summary>
internal static class SystemLibrdkafka
{
    private static readonly Lock Loading = new();
    private static bool _loaded;

    public static void Load(string library)
    {
        lock (Loading)
        {
            if (_loaded)
                return;
            // It asks for names that only development packages bring.
            NativeLibrary.SetDllImportResolver(typeof(Library).Assembly, (name, _, _) => name switch
            {
                "libdl" => NativeLibrary.Load("libdl.so.2"),
                _ when name.Contains("rdkafka", StringComparison.Ordinal) => NativeLibrary.Load(library),
                _ => nint.Zero,
            });
            _loaded = Library.Load(library);
        }
    }
}
