using System.Globalization;

namespace Samsa.Cli.Tools.Shell;

/// <summary>The text of a quota node, as Apache ZooKeeper writes it since 3.7; -1 is no limit.</summary>
internal readonly record struct QuotaText(long Count, long Bytes, long CountHardLimit, long ByteHardLimit)
{
    /// <summary>Reads it; what it does not say, or says wrongly, is no limit.</summary>
    public static QuotaText Parse(string text)
    {
        var quota = new QuotaText(-1, -1, -1, -1);
        foreach (string part in text.Split([',', ';'], StringSplitOptions.RemoveEmptyEntries))
        {
            string[] words = part.Split('=');
            if (words.Length < 2 || !long.TryParse(words[1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value))
                continue;
            quota = words[0] switch
            {
                "count" => quota with { Count = value },
                "bytes" => quota with { Bytes = value },
                "countHardLimit" => quota with { CountHardLimit = value },
                "byteHardLimit" => quota with { ByteHardLimit = value },
                _ => quota,
            };
        }

        return quota;
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"count={Count},bytes={Bytes}=;byteHardLimit={ByteHardLimit};countHardLimit={CountHardLimit}");
}
