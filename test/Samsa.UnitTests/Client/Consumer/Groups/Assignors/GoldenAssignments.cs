namespace Samsa.UnitTests.Client.Consumer.Groups.Assignors;

/// <summary>Cases with what the assignors of the Java client answered, in a file that the interoperability tests write.</summary>
internal static class GoldenAssignments
{
    public const string File = "test/Samsa.UnitTests/TestData/assignors/kafka-4.3.txt";

    public static IReadOnlyList<(AssignorCase Case, string Answer)> Read(string root)
    {
        List<(AssignorCase, string)> pairs = [];
        var parts = System.IO.File.ReadAllText(Path.Combine(root, File)).ReplaceLineEndings("\n").Split("end\n");
        for (var i = 0; i + 1 < parts.Length; i += 2)
        {
            pairs.Add((AssignorCase.Read(parts[i].Split('\n', StringSplitOptions.RemoveEmptyEntries)), parts[i + 1]));
        }

        return pairs;
    }
}
