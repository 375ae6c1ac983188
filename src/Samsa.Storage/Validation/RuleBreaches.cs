using System.Globalization;
using Samsa.Protocol;

namespace Samsa.Storage.Validation;

/// <summary>The records of one batch that break a rule of their topic. One record is listed once.</summary>
internal sealed class RuleBreaches(TopicPartition partition)
{
    private readonly List<RecordError> _errors = [];
    private bool _timestamps;

    /// <summary>The answer for the whole batch. A timestamp at fault decides over the code, as in Kafka.</summary>
    internal ValidatedRecords ToRefusal() => _timestamps
        ? ValidatedRecords.Refused(
            ErrorCode.InvalidTimestamp, "One or more records have been rejected due to invalid timestamp", errors: _errors)
        : ValidatedRecords.Refused(
            ErrorCode.InvalidRecord,
            string.Create(CultureInfo.InvariantCulture, $"{_errors.Count} of the records were refused; the first because: {_errors[0].Message}"),
            RefusalCause.MissingKey,
            _errors);

    internal void AddMissingKey(int index) =>
        _errors.Add(new RecordError(index, $"Compacted topic cannot accept message without key in topic partition {partition}"));

    internal void AddTimestamp(int index, long timestamp, long earliest, long latest)
    {
        _timestamps = true;
        _errors.Add(new RecordError(index, string.Create(CultureInfo.InvariantCulture,
            $"Timestamp {timestamp} of record {index} is out of range: it must lie between {earliest} and {latest}")));
    }
}
