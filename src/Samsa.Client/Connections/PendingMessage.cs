using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Protocol.Wire;

namespace Samsa.Client.Connections;

/// <summary>
/// Waits for an answer that stands alone once it is decoded. What waits runs elsewhere, unless <paramref name="inline"/> lets the read loop run it.
/// </summary>
internal sealed class PendingMessage<TResponse>(ApiKey key, short version, int correlationId, long deadline, bool inline = false)
    : PendingRequest(key, version, correlationId, deadline)
    where TResponse : IMessage, new()
{
    private readonly TaskCompletionSource<TResponse> _completion = new(
        inline ? TaskCreationOptions.None : TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<TResponse> Task => _completion.Task;

    public override bool RentsMemory => false;

    public override void Complete(ref WireReader reader, short answerVersion, ResponseFrame frame)
    {
        var response = new TResponse();
        response.Read(ref reader, answerVersion);
        _completion.TrySetResult(response);
    }

    public override void Fail(Exception reason)
    {
        _completion.TrySetException(reason);

        // Nobody may wait any more; the reason was given to whoever did.
        _ = _completion.Task.Exception;
    }
}
