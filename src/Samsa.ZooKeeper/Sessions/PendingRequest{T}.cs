using Samsa.Protocol.Wire;
using Samsa.ZooKeeper.Operations;

namespace Samsa.ZooKeeper.Sessions;

/// <summary>A request with the task that its caller waits for.</summary>
internal sealed class PendingRequest<T>(Operation<T> operation) : PendingRequest(operation)
{
    private readonly TaskCompletionSource<KeeperResult<T>> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal Task<KeeperResult<T>> Task => _done.Task;

    internal override void Answer(KeeperError error, ReadOnlyMemory<byte> body, Chroot chroot)
    {
        if (error == KeeperError.NoNode && operation.NoNodeIsNull)
        {
            _done.TrySetResult(new KeeperResult<T>(KeeperError.Ok, operation.Path, default));
            return;
        }

        if (error != KeeperError.Ok)
        {
            Fail(error);
            return;
        }

        try
        {
            var reader = new WireReader(body);
            var value = operation.Read(ref reader, chroot, ref error);
            _done.TrySetResult(new KeeperResult<T>(error, operation.Path, value));
        }
        catch (ProtocolViolationException)
        {
            Fail(KeeperError.MarshallingError);
            throw;
        }
    }

    internal override void Fail(KeeperError error) => _done.TrySetResult(new KeeperResult<T>(error, operation.Path, default));
}
