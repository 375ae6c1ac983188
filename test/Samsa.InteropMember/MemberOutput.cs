namespace Samsa.InteropMember;

/// <summary>
/// What a member says, as the scripts of test/Samsa.InteropTests/Clients/ do: "A time 0,1" for all that it owns from now on, "R time" when it
/// owns nothing, "C partition offset value" for a record that it processed. Times are microseconds since 1970. From any thread.
/// </summary>
internal sealed class MemberOutput : IDisposable
{
    private readonly CancellationTokenSource _ended = new();
    private readonly TextWriter _output = TextWriter.Synchronized(new StreamWriter(Console.OpenStandardOutput()) { AutoFlush = true });

    public MemberOutput() => new Thread(WaitForTheEnd) { IsBackground = true }.Start();

    /// <summary>Who started the member wants it to leave.</summary>
    public bool HasInputEnded => _ended.IsCancellationRequested;

    /// <summary>The same as a token.</summary>
    public CancellationToken InputEnded => _ended.Token;

    private static long Now => (long)(TimeProvider.System.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalMicroseconds;

    public void Owns(IEnumerable<int> partitions) => _output.WriteLine($"A {Now} {string.Join(',', partitions)}");

    public void OwnsNothing() => _output.WriteLine($"R {Now}");

    public void Processed(int partition, string offset, string value) => _output.WriteLine($"C {partition} {offset} {value}");

    public void Dispose() => _ended.Dispose();

    private void WaitForTheEnd()
    {
        while (Console.In.Read() >= 0)
        {
        }

        _ended.Cancel();
    }
}
