using System.Globalization;
using System.Text;
using Samsa.Protocol.Records;

namespace Samsa.UnitTests.Client.Consumer.Parallel;

/// <summary>Batches whose records have the keys that a test names; the values are the offsets.</summary>
internal static class KeyedRecords
{
    /// <summary>One record for each letter, which is its key; a dot stands for none.</summary>
    public static StagePartition AddKeys(this StagePartition partition, string keys)
    {
        using var builder = new RecordBatchBuilder(new RecordBatchOptions { BaseOffset = partition.End, PartitionLeaderEpoch = partition.Epoch });
        for (var i = 0; i < keys.Length; i++)
        {
            var value = Encoding.UTF8.GetBytes((partition.End + i).ToString(CultureInfo.InvariantCulture));
            if (keys[i] == '.')
            {
                builder.Append(Batches.Timestamp, OptionalBytes.Null, value);
            }
            else
            {
                builder.Append(Batches.Timestamp, Encoding.UTF8.GetBytes(keys[i].ToString()), value);
            }
        }

        return partition.Add(builder.Build().ToArray());
    }
}
