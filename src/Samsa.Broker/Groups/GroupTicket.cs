using Samsa.Protocol;
using Samsa.Protocol.Messages;

namespace Samsa.Broker.Groups;

/// <summary>
/// Owns: the one answer to a request that a coordinator has in hand.
/// Threads: any completes it, once; its handler awaits it, on a thread of its own so that no group waits for an answer's way out.
/// Lifetime: from the handler to the answer.
/// Failure: a coordinator that goes away refuses the tickets it holds; there is always an answer.
/// </summary>
internal sealed class GroupTicket(Func<ErrorCode, IMessage> refusal)
{
    private readonly TaskCompletionSource<IMessage> _answered = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The answer.</summary>
    public Task<IMessage> Answered => _answered.Task;

    /// <summary>The answer that says an error which concerns the request as a whole.</summary>
    public IMessage Refusal(ErrorCode error) => refusal(error);

    /// <summary>Answers; later answers are dropped.</summary>
    public void Complete(IMessage answer) => _answered.TrySetResult(answer);

    /// <summary>Answers with an error that concerns the request as a whole.</summary>
    public void Refuse(ErrorCode error) => _answered.TrySetResult(refusal(error));
}
