// The measurement behind docs/decisions/0007: CPU seconds of the serving process per gigabyte, for several ways to serve
// a socket. Run it with
//   dotnet run -c Release --project bench/socket-layer [seconds per case]
// The client half runs in this process, the server half in a child process whose processor time is read before and after.
using System.Diagnostics;
using System.Globalization;
using Samsa.Bench.SocketLayer;

if (args is ["server", var mode, var file])
{
    await Servers.RunAsync(mode, file);
    return;
}

var seconds = args.Length > 0 ? double.Parse(args[0], CultureInfo.InvariantCulture) : 3;
var dataFile = Path.Combine(Path.GetTempPath(), $"samsa-socket-layer-{Environment.ProcessId}.bin");
File.WriteAllBytes(dataFile, new byte[64 << 20]);
try
{
    Console.WriteLine($"{"server",-28}{"pattern",-14}{"GB/s",8}{"server cpu-s/GB",18}{"requests/s",14}");
    foreach (var server in (string[])["sockets", "sockets-inline", "kestrel"])
    {
        foreach (var (pattern, request, answer) in ((string, int, int)[])
            [("small", 100, 100), ("produce 16K", 16 << 10, 60), ("produce 1M", 1 << 20, 60)])
        {
            Case(server, pattern, request, answer);
        }
    }

    foreach (var server in (string[])["sockets-copy", "kestrel-copy", "sockets-sendfile-chunk", "sockets-sendfile-packets"])
    {
        foreach (var (pattern, answer) in ((string, int)[])[("fetch 16K", 16 << 10), ("fetch 1M", 1 << 20)])
        {
            Case(server, pattern, 100, answer);
        }
    }
}
finally
{
    File.Delete(dataFile);
}

void Case(string server, string pattern, int request, int answer)
{
    var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true, RedirectStandardInput = true };
    foreach (var argument in (string[])["server", server, dataFile])
    {
        start.ArgumentList.Add(argument);
    }

    start.Environment["DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS"] = server == "sockets-inline" ? "1" : "0";
    using var process = Process.Start(start)!;
    var port = int.Parse(process.StandardOutput.ReadLine()!, CultureInfo.InvariantCulture);
    Load.Run(port, request, answer, 1);
    var before = process.TotalProcessorTime;
    var clock = Stopwatch.StartNew();
    var requests = Load.Run(port, request, answer, seconds);
    var elapsed = clock.Elapsed.TotalSeconds;
    process.Refresh();
    var cpu = (process.TotalProcessorTime - before).TotalSeconds;
    process.StandardInput.Close();
    process.WaitForExit();
    var gigabytes = requests * (double)(request + answer) / 1e9;
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
        $"{server,-28}{pattern,-14}{gigabytes / elapsed,8:F2}{cpu / gigabytes,18:F3}{requests / elapsed,14:F0}"));
}
