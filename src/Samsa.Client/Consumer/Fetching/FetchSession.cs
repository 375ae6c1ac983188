using Samsa.Protocol;
using Samsa.Protocol.Messages;

namespace Samsa.Client.Consumer.Fetching;

/// <summary>
/// The fetch session with one broker (KIP-227): after a first full request only changes are sent, and only news come back.
/// Owned and entered by the broker's fetch loop alone. Whatever goes wrong, the next request opens a new session.
/// </summary>
internal sealed class FetchSession
{
    private const short FirstVersionWithSessions = 7;
    private const short FirstVersionWithTopicIds = 13;
    private const int NoSession = 0;
    private const int NewSession = 0;
    private const int WithoutSession = -1;
    private const int LastRequest = -1;

    private readonly ConsumerOptions _options;
    private readonly Dictionary<TopicPartition, FetchTarget> _known = [];
    private readonly Dictionary<TopicPartition, FetchTarget> _asked = [];
    private readonly Dictionary<Guid, string> _names = [];
    private int _id = NoSession;
    private int _epoch = NewSession;
    private bool _byId;
    private int _rotation;

    public FetchSession(ConsumerOptions options) => _options = options;

    /// <summary>The session's id at the broker, 0 for none.</summary>
    public int Id => _id;

    /// <summary>Puts the next request together.</summary>
    /// <param name="targets">All partitions that are wanted now.</param>
    /// <param name="version">The version that will be spoken; from 13 on every partition has a topic id.</param>
    /// <param name="maxBytes">The most bytes that the answer may have.</param>
    public FetchRequest Build(List<FetchTarget> targets, short version, int maxBytes)
    {
        var byId = version >= FirstVersionWithTopicIds;
        if (byId != _byId)
        {
            // A session speaks of topics by name or by id, not both.
            _epoch = NewSession;
            _byId = byId;
        }

        _asked.Clear();
        _names.Clear();
        foreach (var target in targets)
        {
            _asked[target.State.Id] = target;
            if (byId)
            {
                _names[target.TopicId] = target.State.Id.Topic;
            }
        }

        var request = new FetchRequest
        {
            MaxWaitMs = (int)_options.FetchMaxWait.TotalMilliseconds,
            MinBytes = _options.FetchMinBytes,
            MaxBytes = maxBytes,
            IsolationLevel = (sbyte)_options.IsolationLevel,
            RackId = _options.ClientRack,
            SessionId = version >= FirstVersionWithSessions ? _id : NoSession,
            SessionEpoch = version >= FirstVersionWithSessions ? _epoch : WithoutSession,
        };
        var full = version < FirstVersionWithSessions || _epoch == NewSession;
        var start = full ? _rotation++ % targets.Count : 0;
        for (var i = 0; i < targets.Count; i++)
        {
            // A broker without sessions fills its answer from the front: every partition comes first in turn.
            var target = targets[(i + start) % targets.Count];
            if (full || !_known.TryGetValue(target.State.Id, out var before) || !SameQuestion(before, target))
            {
                Add(request, target);
            }
        }

        if (!full)
        {
            foreach (var (partition, before) in _known)
            {
                if (!_asked.TryGetValue(partition, out var now) || now.TopicId != before.TopicId)
                {
                    Forget(request, before);
                }
            }
        }

        _known.Clear();
        foreach (var (partition, target) in _asked)
        {
            _known.Add(partition, target);
        }

        return request;
    }

    /// <summary>What the last request asked for a partition that the answer speaks of; null for one that was not asked for.</summary>
    public FetchTarget? Find(FetchResponse.FetchableTopicResponse topic, int partition)
    {
        var name = _byId ? _names.GetValueOrDefault(topic.TopicId) : topic.Topic;
        return name is not null && _asked.TryGetValue(new TopicPartition(name, partition), out var target) ? target : null;
    }

    /// <summary>The answer as a whole has come.</summary>
    /// <returns>False when the broker refused it, and a new session has to be opened.</returns>
    public bool Answered(FetchResponse response, short version)
    {
        if (response.ErrorCode != ErrorCode.None)
        {
            // An unknown session cannot be closed; any other is, with the request that opens the next.
            if (response.ErrorCode == ErrorCode.FetchSessionIdNotFound)
            {
                _id = NoSession;
            }

            _epoch = NewSession;
            return false;
        }

        if (version < FirstVersionWithSessions || response.SessionId == NoSession)
        {
            // The broker has no room for a session, or ended it.
            _id = NoSession;
            _epoch = NewSession;
            return true;
        }

        _id = response.SessionId;
        _epoch = _epoch == int.MaxValue ? 1 : _epoch + 1;
        return true;
    }

    /// <summary>The request that ends the session; null when there is none.</summary>
    public FetchRequest? Close() => _id == NoSession ? null : new FetchRequest
    {
        MaxWaitMs = 0,
        MinBytes = 0,
        MaxBytes = 0,
        IsolationLevel = (sbyte)_options.IsolationLevel,
        SessionId = _id,
        SessionEpoch = LastRequest,
    };

    /// <summary>No answer has come: what the broker knows is in doubt.</summary>
    public void Lost() => _epoch = NewSession;

    private static bool SameQuestion(FetchTarget before, FetchTarget now) =>
        before.Offset == now.Offset && before.LeaderEpoch == now.LeaderEpoch && before.TopicId == now.TopicId;

    private void Add(FetchRequest request, FetchTarget target)
    {
        FetchRequest.FetchTopic? topic = null;
        foreach (var candidate in request.Topics)
        {
            if (_byId ? candidate.TopicId == target.TopicId : candidate.Topic == target.State.Id.Topic)
            {
                topic = candidate;
                break;
            }
        }

        if (topic is null)
        {
            topic = new FetchRequest.FetchTopic { Topic = target.State.Id.Topic, TopicId = target.TopicId };
            request.Topics.Add(topic);
        }

        topic.Partitions.Add(new FetchRequest.FetchPartition
        {
            Partition = target.State.Id.Partition,
            CurrentLeaderEpoch = target.LeaderEpoch,
            FetchOffset = target.Offset,
            PartitionMaxBytes = _options.MaxPartitionFetchBytes,
        });
    }

    private static void Forget(FetchRequest request, FetchTarget before)
    {
        var topic = request.ForgottenTopicsData.Find(t => t.Topic == before.State.Id.Topic && t.TopicId == before.TopicId);
        if (topic is null)
        {
            topic = new FetchRequest.ForgottenTopic { Topic = before.State.Id.Topic, TopicId = before.TopicId };
            request.ForgottenTopicsData.Add(topic);
        }

        topic.Partitions.Add(before.State.Id.Partition);
    }
}
