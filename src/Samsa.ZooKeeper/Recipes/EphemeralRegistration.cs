using Samsa.ZooKeeper.Operations;
using Samsa.ZooKeeper.Records;
using Samsa.ZooKeeper.Watches;

namespace Samsa.ZooKeeper.Recipes;

/// <summary>
/// A node that is there as long as its maker: an ephemeral node that is made again when the session was renewed or somebody
/// deleted it. Owns the node. One loop; any thread sets data and disposes. Lifetime: until disposed, which deletes the node.
/// Fails: lost connections are waited for; an error that no wait mends (of an ACL, of a missing parent) ends it, and
/// <see cref="Completion"/> with it.
/// </summary>
public sealed class EphemeralRegistration : IAsyncDisposable
{
    private readonly ZooKeeperClient _client;
    private readonly string _path;
    private readonly EphemeralRegistrationOptions _options;
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource<Stat> _registered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _lock = new();
    private ReadOnlyMemory<byte> _data;
    private volatile Stat? _current;

    private EphemeralRegistration(ZooKeeperClient client, string path, ReadOnlyMemory<byte> data, EphemeralRegistrationOptions options)
    {
        (_client, _path, _data, _options) = (client, path, data, options);
        Completion = RunAsync();
    }

    /// <summary>The state of the node when it was made for the first time. Fails as <see cref="Completion"/> does.</summary>
    public Task<Stat> Registered => _registered.Task;

    /// <summary>The state of the node when it was last made; null while it is known not to be there.</summary>
    public Stat? Current => _current;

    /// <summary>Ends when disposed; fails with a <see cref="KeeperException"/> when the node cannot be made.</summary>
    public Task Completion { get; }

    private ReadOnlyMemory<byte> Data
    {
        get
        {
            lock (_lock)
            {
                return _data;
            }
        }
    }

    /// <summary>Begins to register.</summary>
    public static EphemeralRegistration Start(
        ZooKeeperClient client, string path, ReadOnlyMemory<byte> data, EphemeralRegistrationOptions? options = null) =>
        new(client, path, data, options ?? new EphemeralRegistrationOptions());

    /// <summary>Sets other data, now if the node is there, and whenever it is made again.</summary>
    /// <exception cref="KeeperException">They cannot be set.</exception>
    public async Task SetDataAsync(ReadOnlyMemory<byte> data, CancellationToken cancellation = default)
    {
        lock (_lock)
        {
            _data = data;
        }

        // Without a node the loop makes it with the new data, or looks at them again after it made it.
        var result = await _client.RetryAsync(Operation.SetData(_path, data), cancellation).ConfigureAwait(false);
        if (result.Error is not (KeeperError.Ok or KeeperError.NoNode))
        {
            throw new KeeperException(result.Error, _path);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await Completion.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _registered.TrySetCanceled();
        if (_current is { } current)
        {
            // Not that of somebody else who came meanwhile.
            var now = await _client.TryAsync(Operation.Exists(_path)).ConfigureAwait(false);
            if (now.ValueOrDefault is { } stat && stat.Czxid == current.Czxid)
            {
                await _client.TryAsync(Operation.Delete(_path)).ConfigureAwait(false);
            }
        }
    }

    private async Task RunAsync()
    {
        try
        {
            while (!_stop.IsCancellationRequested)
            {
                await _client.WaitConnectedAsync(_stop.Token).ConfigureAwait(false);
                await StepAsync().ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Disposed.
        }
        catch (KeeperException failure)
        {
            _current = null;
            _registered.TrySetException(failure);
            throw;
        }
    }

    /// <summary>Looks at the node, does what is to be done, and waits for its next change where that is nothing.</summary>
    private async Task StepAsync()
    {
        var change = new OneEvent();
        var read = await _client.TryAsync(Operation.GetData(_path, change), _stop.Token).ConfigureAwait(false);
        switch (read.Error)
        {
            case KeeperError.NoNode:
                _current = null;
                await CreateAsync().ConfigureAwait(false);
                return;
            case KeeperError.Ok when read.Value.Stat.EphemeralOwner == _client.SessionId:
                await OwnAsync(read.Value).ConfigureAwait(false);
                break;
            case KeeperError.Ok:
                _current = null;
                if (!await YieldsAsync(read.Value).ConfigureAwait(false))
                {
                    return;
                }

                break;
            default:
                Check(read.Error);
                return;
        }

        await change.Task.WaitAsync(_stop.Token).ConfigureAwait(false);
    }

    private async Task CreateAsync()
    {
        var data = Data;
        KeeperError error;
        if (_options.SetsDataAfterwards)
        {
            var multi = Operation.Multi(
                Operation.Create(_path, null, CreateMode.Ephemeral, _options.Acl), Operation.SetData(_path, data));
            error = (await _client.TryAsync(multi, _stop.Token).ConfigureAwait(false)).Error;
        }
        else
        {
            var create = Operation.Create(_path, data, CreateMode.Ephemeral, _options.Acl);
            error = (await _client.TryAsync(create, _stop.Token).ConfigureAwait(false)).Error;
        }

        // That it is there already is found by the next look: it may be ours, made before a connection was lost. Without its parent
        // it cannot be made.
        if (error == KeeperError.NoNode)
        {
            throw new KeeperException(error, _path);
        }

        if (error != KeeperError.NodeExists)
        {
            Check(error);
        }
    }

    private async Task OwnAsync(NodeData node)
    {
        if (_current?.Czxid != node.Stat.Czxid)
        {
            _current = node.Stat;
            _registered.TrySetResult(node.Stat);
            _options.OnRegistered?.Invoke(node.Stat);
        }

        var data = Data;
        if (!node.Data.GetValueOrDefault().Span.SequenceEqual(data.Span))
        {
            Check((await _client.TryAsync(Operation.SetData(_path, data, node.Stat.Version), _stop.Token).ConfigureAwait(false)).Error);
        }
    }

    /// <summary>Somebody else owns the node. Returns true when it is to be waited for.</summary>
    private async Task<bool> YieldsAsync(NodeData node)
    {
        switch (_options.OnConflict?.Invoke(node) ?? EphemeralConflict.Wait)
        {
            case EphemeralConflict.Fail:
                throw new KeeperException(KeeperError.NodeExists, _path);
            case EphemeralConflict.Replace:
                Check((await _client.TryAsync(Operation.Delete(_path, node.Stat.Version), _stop.Token).ConfigureAwait(false)).Error);
                return false;
            default:
                return true;
        }
    }

    /// <summary>What a wait or the next look mends is no failure.</summary>
    private void Check(KeeperError error)
    {
        if (error is not (KeeperError.Ok or KeeperError.ConnectionLoss or KeeperError.SessionExpired or KeeperError.SessionMoved
            or KeeperError.NoNode or KeeperError.BadVersion))
        {
            throw new KeeperException(error, _path);
        }
    }
}
