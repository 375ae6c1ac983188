using System.Globalization;
using Microsoft.Extensions.Logging;
using Samsa.Broker.Metadata.Znodes;

namespace Samsa.Broker.Metadata.Coordination;

/// <content>The registration of the broker and the election of the controller.</content>
internal sealed partial class ClusterMachine
{
    private IEnumerable<ZnodeRound> Join()
    {
        var path = ZnodePaths.Broker(BrokerId);
        var broker = _registration!;
        for (var attempt = 0; ; attempt++)
        {
            var round = new ZnodeRound();
            var registered = round.Write(
                ZnodeOperation.CreateEphemeral(path), ZnodeOperation.Set(path, BrokerZnode.Encode(broker, Now())));
            var node = round.Get(path, watch: true);
            yield return round;
            if (registered.IsOk || node.EphemeralOwner == _session)
            {
                if (!registered.IsOk)
                {
                    // Registered already in this session; what it announces may be new.
                    var again = new ZnodeRound();
                    again.Write(ZnodeOperation.Set(path, BrokerZnode.Encode(broker, Now())));
                    yield return again;
                }

                broker = broker with { Epoch = node.Czxid };
                break;
            }

            if (attempt == MaxAttempts || (node.Exists && !IsFormer(node.EphemeralOwner)))
            {
                RefuseRegistration(node, registered, broker);
                yield break;
            }

            if (node.Exists)
            {
                _logger.LogInformation("{Path} is from session 0x{Session:x} of this broker, which is over to us; it is replaced", path, node.EphemeralOwner);
                var replace = new ZnodeRound();
                replace.Write(ZnodeOperation.Delete(path, node.Version));
                yield return replace;
            }
        }

        _owner = _session;
        var draft = NewDraft();
        draft.PutBroker(broker);
        Publish(draft);
        foreach (var round in Elect())
        {
            yield return round;
        }

        foreach (var round in _isController ? DoDuties() : [])
        {
            yield return round;
        }

        _registered = true;
        _hasJoinedBefore = true;
        _registering?.TrySetResult();
    }

    // Nothing else is a proof that a node is ours: two hosts may have the same id and announce the same names and ports.
    private bool IsFormer(long session) =>
        session != 0 && (_formerSessions.Contains(session) || (_options.LeftSession is { IsOurs: true } left && left.Id == session));

    private bool SaysTheSame(ZnodeRead node, BrokerImage broker)
    {
        try
        {
            return node.Data is { } data && BrokerZnode.Decode(BrokerId, 0, data).Endpoints.SequenceEqual(broker.Endpoints);
        }
        catch (ZnodeFormatException)
        {
            return false;
        }
    }

    private void RefuseRegistration(ZnodeRead node, ZnodeWrite registered, BrokerImage broker)
    {
        var who = node.Data is { } data ? System.Text.Encoding.UTF8.GetString(data.Span) : registered.Error.ToString();
        var failure = new RegistrationException(string.Create(
            CultureInfo.InvariantCulture,
            $"broker.id={BrokerId} is taken: {ZnodePaths.Broker(BrokerId)} belongs to session 0x{node.EphemeralOwner:x} ({who}). Take another broker.id, or wait until that session is over"));
        _owner = node.EphemeralOwner;
        if (_registering is not { Task.IsCompleted: false })
        {
            // It was registered before: it goes on serving, as without a connection, and tries again when the node goes.
            _logger.LogError("{Why}", failure.Message);
            _registered = true;
        }
        else if (node.Exists && (SaysTheSame(node, broker) || node.EphemeralOwner == _options.LeftSession?.Id))
        {
            // Either a life of this broker that left no proof, and whose session will run out, or somebody who will stay.
            _logger.LogWarning(
                "{Path} belongs to session 0x{Session:x} and announces the same listeners as this broker. If that is an earlier life of it, the session ends by itself; waiting for that",
                ZnodePaths.Broker(BrokerId),
                node.EphemeralOwner);
            HeldUp = failure;
        }
        else
        {
            _logger.LogError("{Why}", failure.Message);
            _registering.TrySetException(failure);
            _registration = null;
        }
    }

    /// <summary>Becomes the controller where there is none.</summary>
    private IEnumerable<ZnodeRound> Elect()
    {
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            var round = new ZnodeRound();
            var controller = round.Get(ZnodePaths.Controller, watch: true);
            var epoch = round.Get(ZnodePaths.ControllerEpoch);
            yield return round;
            var draft = NewDraft();
            TakeController(draft, controller);
            if (_isController || (controller.Exists && (draft.ControllerId != BrokerId || !(controller.EphemeralOwner == _session || IsFormer(controller.EphemeralOwner)))))
            {
                Publish(draft);
                yield break;
            }

            var next = new ZnodeRound();
            if (controller.Exists)
            {
                // Of an earlier session, or ours and we were not told.
                next.Write(ZnodeOperation.Delete(ZnodePaths.Controller, controller.Version));
            }

            if (!epoch.Exists)
            {
                next.Write(ZnodeOperation.Create(ZnodePaths.ControllerEpoch, ControllerEpochZnode.Encode(0)));
            }

            var number = (epoch is { Exists: true, Data: { } data } ? ControllerEpochZnode.Decode(data) : 0) + 1;
            var elected = next.Write(
                ZnodeOperation.CreateEphemeral(ZnodePaths.Controller, ControllerZnode.Encode(BrokerId, Now())),
                ZnodeOperation.Set(ZnodePaths.ControllerEpoch, ControllerEpochZnode.Encode(number), epoch.Exists ? epoch.Version : 0));
            next.Get(ZnodePaths.Controller, watch: true);
            next.Write(ZnodeOperation.Create(ZnodePaths.Feature, FeatureZnode.Encode()));

            // If the answer is lost, the node may be ours with an epoch that nobody told us: not elected, until a later election is answered.
            (_isController, _controllerEpoch) = (false, 0);
            yield return next;
            if (elected.IsOk)
            {
                (_isController, _controllerEpoch, _controllerEpochVersion) = (true, number, elected.Version);
                draft.SetController(BrokerId);
                Publish(draft);
                yield break;
            }
        }
    }
}
