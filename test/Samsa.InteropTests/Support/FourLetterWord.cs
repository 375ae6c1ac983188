using System.Net;
using System.Net.Sockets;

namespace Samsa.InteropTests.Support;

/// <summary>The commands of four letters that a ZooKeeper server answers with text.</summary>
internal static class FourLetterWord
{
    /// <summary>Everything that the server at <c>host:port</c> says to some bytes until it ends the connection.</summary>
    public static async Task<string> AskAsync(string address, string word)
    {
        using TcpClient client = new();
        await client.ConnectAsync(IPEndPoint.Parse(address));
        await using NetworkStream stream = client.GetStream();
        await stream.WriteAsync(System.Text.Encoding.Latin1.GetBytes(word));
        using StreamReader reader = new(stream);
        return await reader.ReadToEndAsync();
    }
}
