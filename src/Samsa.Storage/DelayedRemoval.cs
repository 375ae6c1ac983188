namespace Samsa.Storage;

/// <summary>Removes files some time after they were renamed, so that readers of the old names are done (<c>file.delete.delay.ms</c>).</summary>
internal static class DelayedRemoval
{
    internal static void Schedule(PartitionLogOptions options, IReadOnlyList<string> files, long delayMs)
    {
        if (files.Count == 0)
        {
            return;
        }

        var fileSystem = options.FileSystem;
        options.Scheduler.Schedule(TimeSpan.FromMilliseconds(delayMs), () =>
        {
            foreach (var file in files)
            {
                fileSystem.DeleteFile(file);
            }
        });
    }
}
