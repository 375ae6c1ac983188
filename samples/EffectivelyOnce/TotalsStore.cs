using System.Globalization;
using Samsa.Client.Consumer;
using Samsa.Protocol;

namespace EffectivelyOnce;

/// <summary>
/// Totals by account, in a file for each partition, whose first line is the offset of the next record. One file is replaced by the next in one step, so that
/// totals and offset always belong together. Several processes may share the folder: a lock file lets one at a time read and replace a partition's file, and a
/// member that was put out of its group and does not know it finds its records taken in already.
/// </summary>
internal sealed class TotalsStore
{
    private readonly string _folder;

    public TotalsStore(string folder) => _folder = Directory.CreateDirectory(folder).FullName;

    /// <summary>Takes in the records that are not in yet.</summary>
    /// <exception cref="IOException">The file cannot be written, or another process is writing it: nothing was taken in.</exception>
    public void Apply(TopicPartition partition, IReadOnlyList<ConsumerRecord<string, string>> records)
    {
        var file = Path.Combine(_folder, partition + ".totals");
        using var alone = new FileStream(file + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        var (next, totals) = Read(file);
        foreach (var record in records)
        {
            if (record.Offset < next)
                continue;
            var account = record.Key ?? "";
            totals[account] = totals.GetValueOrDefault(account) + long.Parse(record.Value!, CultureInfo.InvariantCulture);
            next = record.Offset + 1;
        }

        Replace(file, next, totals);
    }

    private static (long Next, SortedDictionary<string, long> Totals) Read(string file)
    {
        var totals = new SortedDictionary<string, long>(StringComparer.Ordinal);
        if (!File.Exists(file))
            return (0, totals);
        var lines = File.ReadAllLines(file);
        foreach (var line in lines.Skip(1))
        {
            var amount = line.LastIndexOf(' ');
            totals[line[..amount]] = long.Parse(line[(amount + 1)..], CultureInfo.InvariantCulture);
        }

        return (long.Parse(lines[0], CultureInfo.InvariantCulture), totals);
    }

    private static void Replace(string file, long next, SortedDictionary<string, long> totals)
    {
        var written = file + ".new";
        using (var stream = new FileStream(written, FileMode.Create))
        {
            using (var writer = new StreamWriter(stream, leaveOpen: true))
            {
                writer.WriteLine(next.ToString(CultureInfo.InvariantCulture));
                foreach (var (account, amount) in totals)
                    writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{account} {amount}"));
            }

            stream.Flush(flushToDisk: true);
        }

        File.Move(written, file, overwrite: true);
    }
}
