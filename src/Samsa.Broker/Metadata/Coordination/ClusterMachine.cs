using System.Globalization;
using Microsoft.Extensions.Logging;
using Samsa.Broker.Configuration;
using Samsa.Broker.Metadata.Znodes;

namespace Samsa.Broker.Metadata.Coordination;

/// <summary>
/// The metadata of one broker as a state machine without IO: it is told what happened, and <see cref="Step"/> says what to ask of the
/// tree of nodes next. It prepares the tree, reads it, registers the broker, takes part in the election of the controller, does the
/// controller's work, and makes the changes that clients ask for, with Kafka's transactions in Kafka's order.
/// Owns the image and what it knows of nodes. One thread at a time (<see cref="ZooKeeperClusterMetadata"/> sees to that). Each operation is an iterator that
/// yields rounds and finds their outcomes when it goes on. When a round is lost, or somebody else changed what a change relied on, the operation is dropped,
/// the tree is read anew, and the changes that were under way are made again (<see cref="EarlierAttempt"/> knows what may have been done).
/// </summary>
internal sealed partial class ClusterMachine
{
    /// <summary>How many producer ids are handed out at a time, as in Kafka.</summary>
    public const int ProducerIdBlockSize = 1000;

    private const int MaxAttempts = 10;

    // A change whose commit is lost so often is taken for the cause: a node that is too large ends the connection, each time.
    private const int MaxLosses = 5;

    // From then on a change is committed alone, so that those it came with do not share its fate.
    private const int AttemptsInCompany = 2;

    // A new session or a conflict takes one to three; who needs more waits, longer each time.
    private const int RestartsWithoutPause = 6;

    private readonly ClusterOptions _options;
    private readonly ILogger _logger;
    private readonly Action<MetadataImage, MetadataDelta, BrokerConfig> _publish;
    private readonly Dictionary<string, TopicNode> _topicNodes = new(StringComparer.Ordinal);

    // With their versions.
    private readonly Dictionary<string, int> _configNodes = new(StringComparer.Ordinal);
    private readonly List<(string Path, ZnodeWrite Write)> _valueWrites = [];
    private readonly SortedDictionary<string, long> _changeNodes = new(StringComparer.Ordinal);
    private readonly List<ProducerIdRequest> _idRequests = [];
    private HashSet<string> _marks = new(StringComparer.Ordinal);
    private HashSet<string> _changedPaths = new(StringComparer.Ordinal);
    private List<PendingChange> _waiting = [];
    private List<PendingChange> _batch = [];
    private readonly Dictionary<string, ZnodeWrite> _notices = new(StringComparer.Ordinal);
    private EarlierAttempt? _earlier;
    private int _refusedNotices;
    private int _restarts;
    private TimeSpan _pause;
    private IEnumerator<ZnodeRound>? _operation;
    private ZnodeRound? _round;
    private MetadataImage _image;
    private BrokerConfig _brokerConfig;
    private BrokerImage? _registration;
    private TaskCompletionSource? _registering;
    private Exception? _failure;
    private readonly HashSet<long> _formerSessions = [];
    private long _session;

    // The session that this broker's own node was seen to belong to; 0 for none.
    private long _owner;
    private long _rival;
    private bool _sessionIsNew;
    private int _preparations;
    private bool _prepared;
    private bool _synchronized;
    private bool _registered;
    private bool _hasJoinedBefore;
    private bool _watchesStates;
    private bool _isController;
    private int _controllerEpoch;
    private int _controllerEpochVersion;

    /// <param name="options">The broker.</param>
    /// <param name="publish">Is given every new image with what is new in it, before the step that made it goes on.</param>
    public ClusterMachine(ClusterOptions options, Action<MetadataImage, MetadataDelta, BrokerConfig> publish)
    {
        _options = options;
        _logger = options.Logger;
        _publish = publish;
        _brokerConfig = options.Config;
        _image = new MetadataImage
        {
            Version = 0,
            ClusterId = options.Identity.ClusterId,
            ControllerId = -1,
            Brokers = new Dictionary<int, BrokerImage>(),
            Topics = new Dictionary<string, TopicImage>(),
            TopicsById = new Dictionary<Guid, TopicImage>(),
        };
    }

    /// <summary>The newest image.</summary>
    public MetadataImage Image => _image;

    /// <summary>The broker's configuration with the dynamic values of the image.</summary>
    public BrokerConfig BrokerConfig => _brokerConfig;

    /// <summary>The tree was prepared and read: the image is one of a cluster.</summary>
    public bool IsReady => _prepared && _synchronized;

    /// <summary>This broker decides.</summary>
    public bool IsController => _isController;

    /// <summary>The topics for which there was a node when all was read the last time, whatever it says; null when nobody may know.</summary>
    public IReadOnlySet<string>? TopicsInTree { get; private set; }

    /// <summary>Why the registration waits: the node is somebody else's. Null when it does not.</summary>
    public RegistrationException? HeldUp { get; private set; }

    private int BrokerId => _options.Identity.BrokerId;

    /// <summary>There is a connection, with this session.</summary>
    public void Connected(long session)
    {
        if (session != _session)
        {
            _formerSessions.Add(_session);
            _session = session;
            HeldUp = null;
            _sessionIsNew = true;
            _synchronized = false;
            _registered = false;
            (_isController, _controllerEpoch) = (false, 0);
        }
    }

    /// <summary>A watched node changed.</summary>
    public void Changed(string path)
    {
        _changedPaths.Add(path);
        if (path == ZnodePaths.Broker(BrokerId))
        {
            HeldUp = null;
        }
    }

    /// <summary>Nothing can be changed any more: whoever waits, or will wait, is told why. What is known goes on being served.</summary>
    public void Fail(Exception failure)
    {
        _failure = failure;
        _operation?.Dispose();
        _operation = null;
        foreach (var request in _batch.Concat(_waiting).Concat<PendingRequest>(_idRequests))
        {
            request.Fail(failure);
        }

        _batch.Clear();
        _waiting.Clear();
        _idRequests.Clear();

        _registering?.TrySetException(failure);
    }

    /// <summary>Asks for a change or for a block of producer ids.</summary>
    public void Add(PendingRequest request)
    {
        if (_failure != null)
        {
            request.Fail(_failure);
            return;
        }

        switch (request)
        {
            case PendingChange change:
                _waiting.Add(change);
                break;
            case ProducerIdRequest ids:
                _idRequests.Add(ids);
                break;
            default:
                throw new ArgumentException($"{request.GetType().Name} is no request of the metadata.", nameof(request));
        }
    }

    /// <summary>From now on the broker is registered as long as its session lives; <paramref name="done"/> ends with the first time.</summary>
    public void Register(BrokerImage broker, TaskCompletionSource done)
    {
        if (_failure != null)
        {
            done.TrySetException(_failure);
            return;
        }

        (_registration, _registering, _registered) = (broker, done, false);
    }

    /// <summary>How long to wait before the round of the last <see cref="Step"/> is executed, for a tree that resists; asked once per round.</summary>
    public TimeSpan TakePause()
    {
        var pause = _pause;
        _pause = TimeSpan.Zero;
        return pause;
    }

    /// <summary>
    /// Goes on as far as it gets without the tree. Returns what is to be asked of it: the caller executes that and comes back. Null
    /// when there is nothing to do until something happens.
    /// </summary>
    public ZnodeRound? Step()
    {
        while (_failure == null)
        {
            if (_operation == null)
            {
                if (Next() is not { } next)
                {
                    _restarts = 0;
                    return null;
                }

                _sessionIsNew = false;
                _operation = next.GetEnumerator();
            }

            if (_round is { IsLost: true } || _sessionIsNew)
            {
                Abandon();
                continue;
            }

            if (_operation.MoveNext())
            {
                _round = _operation.Current;
                if (_round.Writes.Count + _round.Reads.Count > 0)
                {
                    return _round;
                }

                continue;
            }

            _operation.Dispose();
            (_operation, _round) = (null, null);
        }

        return null;
    }

    private IEnumerable<ZnodeRound>? Next()
    {
        _waiting.RemoveAll(static change => change.IsGivenUp);
        _idRequests.RemoveAll(static request => request.IsGivenUp);
        ForgetEarlier();
        if (_session == 0)
        {
            return null;
        }

        if (!_prepared)
        {
            return Restart(Prepare());
        }

        // Another one became the controller: from now on the states of partitions have to be watched.
        var misses = _registered && !_isController && _image.ControllerId >= 0 && !_watchesStates;
        if (!_synchronized || misses)
        {
            return Restart(Synchronize());
        }

        if (_registration != null && !_registered && HeldUp == null)
        {
            return Restart(Join());
        }

        if (_notices.Count > 0)
        {
            return Restart(Announce());
        }

        if (_changedPaths.Count > 0)
        {
            return Refresh();
        }

        if (_idRequests.Count > 0)
        {
            return TakeProducerIds();
        }

        return _waiting.Count > 0 ? Commit() : null;
    }

    /// <summary>Counts what begins anew until there is nothing left to do, or a change was made.</summary>
    private IEnumerable<ZnodeRound> Restart(IEnumerable<ZnodeRound> operation)
    {
        const int ShortestMs = 10;
        const int LongestMs = 1000;
        if (++_restarts > RestartsWithoutPause)
        {
            _pause = TimeSpan.FromMilliseconds(Math.Min(LongestMs, ShortestMs << Math.Min(_restarts - RestartsWithoutPause, 10)));
        }

        return operation;
    }

    /// <summary>The operation cannot go on from what it knew: everything is read anew, and changes under way are made again.</summary>
    private void Abandon()
    {
        _operation!.Dispose();
        (_operation, _round) = (null, null);
        _synchronized = false;
        _valueWrites.Clear();
        PutBack(MaxLosses, static attempts => new TimeoutException(string.Create(
            CultureInfo.InvariantCulture, $"the connection was lost in each of {attempts} attempts; it may be made all the same")));
    }

    private MetadataDraft NewDraft(EarlierAttempt? earlier = null) => new(_image, _options.Config, BrokerId) { Earlier = earlier };

    private void Publish(MetadataDraft draft)
    {
        if (!draft.HasNews)
        {
            return;
        }

        _image = draft.ToImage();
        _brokerConfig = draft.BrokerConfig;
        _publish(_image, draft.ToDelta(), _brokerConfig);
    }

    private long Now() => _options.Time.GetUtcNow().ToUnixTimeMilliseconds();
}
