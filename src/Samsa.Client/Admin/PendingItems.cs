using System.Collections.Concurrent;
using Samsa.Protocol;

namespace Samsa.Client.Admin;

/// <summary>
/// The items that one attempt asks for, and what it learns of them. Answers for several brokers may come in from several threads.
/// </summary>
internal sealed class PendingItems<TKey, TResult>(
    IReadOnlyList<TKey> items, ConcurrentDictionary<TKey, TResult> results, Func<TKey, ErrorCode, string, TResult> failed)
    where TKey : notnull
    where TResult : AdminResult
{
    private readonly ConcurrentDictionary<TKey, bool> _answered = new();
    private readonly ConcurrentDictionary<TKey, bool> _lost = new();

    public IReadOnlyList<TKey> Items => items;

    /// <summary>What a broker says of an item.</summary>
    public void Answer(TKey item, TResult result)
    {
        results[item] = result;
        _answered[item] = true;
    }

    /// <summary>A failure of this client for an item, which no attempt will mend.</summary>
    public void Refuse(TKey item, ErrorCode error, string message) => Answer(item, failed(item, error, message));

    /// <summary>The broker that these items are with could not be asked; whether that may pass is told by the failure.</summary>
    public void Lose(IEnumerable<TKey> lost, KafkaException failure)
    {
        foreach (var item in lost)
        {
            Answer(item, failed(item, failure.ErrorCode, failure.Message));
            _lost[item] = failure.IsRetriable;
        }
    }

    /// <summary>The items to ask for again.</summary>
    internal IReadOnlyList<TKey> Unanswered(Func<ErrorCode, bool> retries)
    {
        var again = new List<TKey>();
        foreach (var item in items)
        {
            if (!_answered.ContainsKey(item))
            {
                results[item] = failed(item, ErrorCode.UnknownServerError, "The broker's answer says nothing of it.");
            }
            else if (_lost.TryGetValue(item, out var mayPass) ? mayPass : results[item].Error != ErrorCode.None && retries(results[item].Error))
            {
                again.Add(item);
            }
        }

        return again;
    }
}
