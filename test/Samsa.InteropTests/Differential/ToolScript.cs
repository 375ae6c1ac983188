using Samsa.InteropTests.Differential.Scripts;

namespace Samsa.InteropTests.Differential;

/// <summary>
/// The calls that both brokers get. A start of Java is dear, so `./test.sh` runs the most telling ones and SAMSA_INTEROP_ALL_TOOLS=1 all.
/// </summary>
internal static class ToolScript
{
    public static readonly bool All = Environment.GetEnvironmentVariable("SAMSA_INTEROP_ALL_TOOLS") == "1";

    /// <summary>The names of all chapters.</summary>
    public static IEnumerable<string> Chapters => Of("4.3").Select(chapter => chapter.Name);

    /// <summary>Everything that there is for the tools of one version.</summary>
    public static List<ToolChapter> Of(string version)
    {
        var words = new ToolWords(version);
        return
        [
            TopicScript.Chapter, ConfigScript.Chapter, RecordScript.Chapter(words), OffsetScript.Chapter, FileScript.Chapter(words),
            ClusterScript.Chapter, GroupScript.Chapter, UnservedScript.Chapter,
        ];
    }

    /// <summary>The calls of a chapter that run today.</summary>
    public static List<ToolCall> Calls(string version, string chapter) =>
    [
        .. Of(version).Single(one => one.Name == chapter).Calls.Where(call => (call.Only is null || call.Only == version) && (All || IsTelling(call, version))),
    ];

    // What is said about mistakes comes from the broker, and is the same for both tools.
    private static bool IsTelling(ToolCall call, string version) => !call.More && (version == "4.3" || !(call.Fails || call.MoreIn39));
}
