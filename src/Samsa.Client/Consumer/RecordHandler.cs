using Samsa.Protocol;
using Samsa.Protocol.Records;

namespace Samsa.Client.Consumer;

/// <summary>Takes one record, which is lent for the time of the call.</summary>
/// <param name="partition">Where the record is.</param>
/// <param name="record">The record.</param>
/// <returns>Whether to go on.</returns>
public delegate bool RecordHandler(TopicPartition partition, in RecordView record);
