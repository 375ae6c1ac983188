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

            if (attempt == MaxAttempts || (node.Exists && !IsOurself(node, broker)))
            {
                RefuseRegistration(node, registered);
                yield break;
            }

            if (node.Exists)
            {
                _logger.LogInformation("{Path} is from a session of this broker that ended without a word; it is replaced", path);
                var replace = new ZnodeRound();
                replace.Write(ZnodeOperation.Delete(path, node.Version));
                yield return replace;
            }
        }

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

    // The ports are ours by now: a node that names them was left behind by an earlier life of this broker.
    private bool IsOurself(ZnodeRead node, BrokerImage broker)
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

    private void RefuseRegistration(ZnodeRead node, ZnodeWrite registered)
    {
        var who = node.Data is { } data ? System.Text.Encoding.UTF8.GetString(data.Span) : registered.Error.ToString();
        var failure = new RegistrationException(string.Create(
            CultureInfo.InvariantCulture,
            $"broker.id={BrokerId} is taken: {ZnodePaths.Broker(BrokerId)} belongs to session 0x{node.EphemeralOwner:x} ({who}). Take another broker.id, or wait until that session is over"));
        _logger.LogError("{Why}", failure.Message);
        if (_registering?.TrySetException(failure) == true)
        {
            _registration = null;
        }
        else
        {
            // It was registered before: it goes on serving, as without a connection, and tries again when the node goes.
            _registered = true;
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
            if (_isController || (controller.Exists && draft.ControllerId != BrokerId))
            {
                Publish(draft);
                yield break;
            }

            var next = new ZnodeRound();
            if (controller.Exists)
            {
                // Of an earlier life: nobody else can have this broker's id, which is registered with our session.
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
