using System.Text;
using Samsa.Cli.Tools.ConsoleProducer;
using Xunit;

namespace Samsa.UnitTests.Cli.ConsoleProducer;

public sealed class LineSourceTests
{
    [Theory]
    [InlineData("", new string[0])]
    [InlineData("\n", new[] { "" })]
    [InlineData("a", new[] { "a" })]
    [InlineData("a\nb\n", new[] { "a", "b" })]
    [InlineData("a\r\nb\rc\n\nd", new[] { "a", "b", "c", "", "d" })]
    [InlineData("\r\n\r\r\n", new[] { "", "", "" })]
    [InlineData("a\r", new[] { "a" })]
    public async Task Lines_end_as_in_Java_wherever_the_reads_are_cut(string text, string[] expected)
    {
        foreach (int size in new[] { 1, 2, 3, 1000 })
            Assert.Equal(expected, await ReadAsync(new SmallReads(Encoding.UTF8.GetBytes(text), size)));
    }

    [Fact]
    public async Task A_line_may_be_longer_than_the_buffer()
    {
        string first = new('x', 200_000);
        string second = new('y', 70_000);

        Assert.Equal([first, second, "z"], await ReadAsync(new SmallReads(Encoding.UTF8.GetBytes($"{first}\n{second}\nz"), 10_000)));
    }

    [Fact]
    public async Task A_line_is_there_before_the_input_goes_on()
    {
        using var pipe = new System.IO.Pipes.AnonymousPipeServerStream();
        using var reading = new System.IO.Pipes.AnonymousPipeClientStream(pipe.GetClientHandleAsString());
        var lines = new LineSource(reading);
        pipe.Write("one\r"u8);

        Assert.True(await lines.MoveNextAsync(TestContext.Current.CancellationToken));
        Assert.Equal("one", Encoding.UTF8.GetString(lines.Line.Span));
    }

    [Fact]
    public async Task A_read_that_nobody_answers_can_be_cancelled()
    {
        using var stop = new CancellationTokenSource();
        var moving = new LineSource(new SilentStream()).MoveNextAsync(stop.Token);
        Assert.False(moving.IsCompleted);
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await moving);
    }

    private static async Task<List<string>> ReadAsync(Stream input)
    {
        List<string> read = [];
        var lines = new LineSource(input);
        while (await lines.MoveNextAsync(TestContext.Current.CancellationToken))
            read.Add(Encoding.UTF8.GetString(lines.Line.Span));
        return read;
    }

    /// <summary>Gives a few bytes at a time.</summary>
    private sealed class SmallReads(byte[] bytes, int size) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(size, buffer.Length)], cancellationToken);
    }

    /// <summary>Never answers, and does not look at the token, as a terminal.</summary>
    private sealed class SilentStream : MemoryStream
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            new(new TaskCompletionSource<int>().Task);
    }
}
