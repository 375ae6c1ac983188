using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Protocol.Wire;

namespace Samsa.Client.Connections;

/// <summary>Waits for an answer whose record fields lie in rented memory, which goes to the caller with it.</summary>
internal sealed class PendingOwnedMessage<TResponse>(ApiKey key, short version, int correlationId, long deadline)
    : PendingRequest(key, version, correlationId, deadline)
    where TResponse : IMessage, new()
{
    private readonly TaskCompletionSource<OwnedResponse<TResponse>> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<OwnedResponse<TResponse>> Task => _completion.Task;

    public override bool RentsMemory => true;

    public override void Complete(ref WireReader reader, short answerVersion, ResponseFrame frame)
    {
        var response = new TResponse();
        response.Read(ref reader, answerVersion);
        frame.Keep();
        _completion.TrySetResult(new OwnedResponse<TResponse>(response, frame, answerVersion));
    }

    public override void Fail(Exception reason)
    {
        _completion.TrySetException(reason);
        _ = _completion.Task.Exception;
    }
}
