using System.Globalization;
using Samsa.ZooKeeper.Records;

namespace Samsa.Cli.Tools.Shell;

/// <summary>The state of a node as Apache's shell prints it.</summary>
internal static class StatText
{
    public static string Of(Stat stat) => string.Create(
        CultureInfo.InvariantCulture,
        $"""
        cZxid = 0x{stat.Czxid:x}
        ctime = {Date(stat.Ctime)}
        mZxid = 0x{stat.Mzxid:x}
        mtime = {Date(stat.Mtime)}
        pZxid = 0x{stat.Pzxid:x}
        cversion = {stat.Cversion}
        dataVersion = {stat.Version}
        aclVersion = {stat.Aversion}
        ephemeralOwner = 0x{stat.EphemeralOwner:x}
        dataLength = {stat.DataLength}
        numChildren = {stat.NumChildren}
        """);

    // Java's Date.toString, in the time zone of the machine.
    private static string Date(long milliseconds)
    {
        var zone = TimeZoneInfo.Local;
        var time = TimeZoneInfo.ConvertTime(DateTimeOffset.FromUnixTimeMilliseconds(milliseconds), zone);
        string name = time.Offset == TimeSpan.Zero ? "UTC" : "GMT" + time.ToString("zzz", CultureInfo.InvariantCulture);
        return time.ToString($"ddd MMM dd HH:mm:ss '{name}' yyyy", CultureInfo.InvariantCulture);
    }
}
