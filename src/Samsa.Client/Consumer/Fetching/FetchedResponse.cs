using Samsa.Client.Connections;
using Samsa.Protocol.Messages;

namespace Samsa.Client.Consumer.Fetching;

/// <summary>
/// One answer whose records are still read. Owns its rented memory and its share of the budget; both are given back when the last
/// of its partitions was read. Released from any thread, once for each partition.
/// </summary>
internal sealed class FetchedResponse(OwnedResponse<FetchResponse> response, int node, Assignment assignment)
{
    private int _references = 1;

    public void Keep() => Interlocked.Increment(ref _references);

    public void Release()
    {
        if (Interlocked.Decrement(ref _references) == 0)
        {
            response.Dispose();
            assignment.GiveBack(node, response.Size);
        }
    }
}
