using Samsa.ZooKeeper.Records;
using Samsa.ZooKeeper.Transport;

namespace Samsa.ZooKeeper.Sessions;

/// <summary>The loop that connects, asks for the session, and uses the connection until it ends.</summary>
internal sealed partial class ClientSession
{
    /// <summary>The client was closed, or its session is over for good.</summary>
    private bool IsEnding
    {
        get
        {
            lock (_lock)
            {
                return _final is not null;
            }
        }
    }

    private async Task RunAsync()
    {
        try
        {
            while (!IsEnding)
            {
                var server = _servers.Next();
                try
                {
                    using var connection = await OpenAsync(server).ConfigureAwait(false);
                    var reason = await LiveAsync(connection).ConfigureAwait(false);
                    if (!IsEnding)
                    {
                        LogMessages.NotConnected(_options.Logger, SessionId, server, reason);
                    }
                }
                catch (Exception failure) when (!(failure is OperationCanceledException && _stop.IsCancellationRequested))
                {
                    // Whatever it is, an attempt failed and no more: a session must not end because a connector or the machine had a bad
                    // moment. A cancellation that is not ours is the time-out of the attempt.
                    LogMessages.NotConnected(
                        _options.Logger, SessionId, server, failure is OperationCanceledException ? "it did not answer in time" : failure.Message);
                    _servers.Failed();
                }

                if (_servers.IsRoundOver)
                {
                    FailWaiting(KeeperError.ConnectionLoss);
                }

                await Task.Delay(_servers.Wait(), _time, _stop.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // The end of the client.
        }
        finally
        {
            Finish();
        }
    }

    /// <summary>Connects and asks for the session. An attempt may take the share of the time-out that each server has.</summary>
    private async Task<ServerConnection> OpenAsync(ServerAddress server)
    {
        using var patience = new CancellationTokenSource(_timeout / _servers.Count, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, _stop.Token);
        var stream = await _options.Connector.ConnectAsync(server, either.Token).ConfigureAwait(false);
        var connection = new ServerConnection(stream, server, this, _time, _options.MaxBuffer);
        try
        {
            var request = new ConnectRequest
            {
                LastZxidSeen = _lastZxid,
                TimeOut = (int)_options.SessionTimeout.TotalMilliseconds,
                SessionId = _sessionId,
                Passwd = _sessionId == 0 ? new byte[16] : _password,
            };
            var (response, isReadOnly) = await connection.HandshakeAsync(request, either.Token).ConfigureAwait(false);
            connection.Granted = response.TimeOut > 0 && response.SessionId != 0 ? response : null;
            connection.IsReadOnly = isReadOnly;
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Uses a connection until it ends.</summary>
    private async Task<string> LiveAsync(ServerConnection connection)
    {
        _servers.Worked();
        if (connection.Granted is not { } granted)
        {
            Expire();
            return "the session is over";
        }

        using var ending = _stop.Token.Register(() => connection.End("the client ends"));
        var timeout = TimeSpan.FromMilliseconds(granted.TimeOut);
        lock (_lock)
        {
            _timeout = timeout;
            _password = granted.Passwd.GetValueOrDefault();
            Interlocked.Exchange(ref _sessionId, granted.SessionId);
        }

        LogMessages.Connected(_options.Logger, granted.SessionId, connection.Server, granted.TimeOut);
        Change(connection.IsReadOnly ? KeeperState.ConnectedReadOnly : KeeperState.SyncConnected);
        var flush = false;
        lock (_lock)
        {
            foreach (var identity in _identities)
            {
                connection.Send(identity);
            }

            foreach (var (type, request) in Watches.ToSetAgain(_lastZxid))
            {
                connection.Send(type, request);
            }

            while (_waiting.TryPeek(out var request) && connection.TrySend(request, out var isAlone))
            {
                _waiting.Dequeue();
                flush |= isAlone;
            }

            (_connection, _connections) = (connection, _connections + 1);
            _connected.TrySetResult(true);
        }

        if (flush)
        {
            connection.Flush();
        }

        var reason = await connection.RunAsync(timeout).ConfigureAwait(false);
        lock (_lock)
        {
            _connection = null;
            _connected = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        // A server ends the connection of a session that was closed: that is no loss.
        if (!IsEnding)
        {
            Change(KeeperState.Disconnected);
            await Task.Delay(_servers.WaitAfterLoss(), _time, _stop.Token).ConfigureAwait(false);
        }

        return reason;
    }

    /// <summary>A server said that there is no such session.</summary>
    private void Expire()
    {
        LogMessages.Expired(_options.Logger, SessionId);
        lock (_lock)
        {
            if (!_options.RenewExpiredSession)
            {
                _final ??= KeeperError.SessionExpired;
            }

            _password = default;
            Interlocked.Exchange(ref _sessionId, 0);
            Interlocked.Exchange(ref _lastZxid, 0);
            _timeout = _options.SessionTimeout;
        }

        FailWaiting(KeeperError.SessionExpired);
        Change(KeeperState.Expired);
        if (!_options.RenewExpiredSession)
        {
            _stop.Cancel();
        }
    }

    private void Change(KeeperState state)
    {
        _state = state;
        Watches.Deliver(state);
    }

    private void FailWaiting(KeeperError error)
    {
        PendingRequest[] waiting;
        lock (_lock)
        {
            waiting = [.. _waiting];
            _waiting.Clear();
        }

        foreach (var request in waiting)
        {
            Fail(request, error);
        }
    }

    private void Finish()
    {
        KeeperError final;
        Identity[] identities;
        lock (_lock)
        {
            identities = [.. _identities];

            // A bug of ours also ends here: nobody waits for ever.
            final = _final ??= KeeperError.SystemError;
            _connection = null;
            _connected.TrySetResult(false);
            _connected = new TaskCompletionSource<bool>();
            _connected.SetResult(false);
        }

        FailWaiting(final);
        foreach (var identity in identities)
        {
            identity.Answer(final);
        }

        // An expired session that is not renewed has been told of already.
        if (_state != KeeperState.Expired || _options.RenewExpiredSession)
        {
            Change(final == KeeperError.AuthFailed ? KeeperState.AuthFailed : KeeperState.Closed);
        }
    }
}
