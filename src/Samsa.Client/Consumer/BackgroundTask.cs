namespace Samsa.Client.Consumer;

/// <summary>What runs for a consumer without its caller.</summary>
internal static class BackgroundTask
{
    /// <summary>Completes with the task, and throws nothing: that the consumer is disposed is no failure, everything else is a fault of ours.</summary>
    /// <param name="task">The work.</param>
    /// <param name="failed">Called with a fault.</param>
    public static async Task GuardAsync(Task task, Action<Exception> failed)
    {
        try
        {
            await task.ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The consumer is disposed.
        }
        catch (ObjectDisposedException)
        {
            // So are its connections.
        }
        catch (Exception e)
        {
            failed(e);
        }
    }
}
