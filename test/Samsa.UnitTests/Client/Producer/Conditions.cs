namespace Samsa.UnitTests.Client.Producer;

/// <summary>Waits for what must come.</summary>
internal static class Conditions
{
    public static async Task Until(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(120));
        while (!condition())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, limit.Token);
        }
    }
}
