using System.Globalization;
using System.Text;

namespace Samsa.ZooKeeper.Server.Quotas;

/// <summary>
/// The text of a quota node: <c>count=5,bytes=-1</c>, and since 3.7 <c>count=5,bytes=-1=;byteHardLimit=100;countHardLimit=7</c>.
/// -1 is no limit. The same text without hard limits counts what is there.
/// </summary>
internal readonly record struct QuotaLimits(long Count, long Bytes, long CountHardLimit = -1, long BytesHardLimit = -1)
{
    /// <summary>Reads the text; what it does not say is -1. Null for a text that is none.</summary>
    internal static QuotaLimits? Parse(byte[]? data)
    {
        long count = -1, bytes = -1, countHard = -1, bytesHard = -1;
        foreach (var part in Encoding.UTF8.GetString(data ?? []).Split([',', ';'], StringSplitOptions.RemoveEmptyEntries))
        {
            var words = part.Split('=');
            if (words.Length < 2 || !long.TryParse(words[1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value))
            {
                return null;
            }

            switch (words[0])
            {
                case "count":
                    count = value;
                    break;
                case "bytes":
                    bytes = value;
                    break;
                case "countHardLimit":
                    countHard = value;
                    break;
                case "byteHardLimit":
                    bytesHard = value;
                    break;
            }
        }

        return new QuotaLimits(count, bytes, countHard, bytesHard);
    }

    /// <summary>The text of a node that counts.</summary>
    internal byte[] ToStatText() => Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"count={Count},bytes={Bytes}"));
}
