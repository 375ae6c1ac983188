using Samsa.Broker.Metadata;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Storage;

namespace Samsa.Broker.Api.Admin;

/// <summary>CreatePartitions, v0 to v3. The new partitions are served when the answer leaves.</summary>
public sealed class CreatePartitionsHandler(IClusterMetadata metadata)
{
    /// <summary>Serves one request.</summary>
    public async ValueTask<IMessage?> HandleAsync(RequestContext context, CreatePartitionsRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var response = new CreatePartitionsResponse();
        var topics = new List<NewPartitions>(request.Topics.Count);
        foreach (var group in request.Topics.GroupBy(topic => topic.Name, StringComparer.Ordinal))
        {
            var topic = group.First();
            if (group.Count() > 1)
            {
                response.Results.Add(Answer(topic.Name, new MetadataError(ErrorCode.InvalidRequest, "Duplicate topic name.")));
            }
            else
            {
                topics.Add(new NewPartitions(
                    topic.Name, topic.Count, topic.Assignments is { } given ? [.. given.Select(assignment => assignment.BrokerIds)] : null));
            }
        }

        IReadOnlyList<MetadataError> errors;
        try
        {
            errors = await metadata.CreatePartitionsAsync(topics, request.ValidateOnly).ConfigureAwait(false);
        }
        catch (StorageException broken)
        {
            errors = [.. topics.Select(_ => new MetadataError(ErrorCode.KafkaStorageError, broken.Message))];
        }

        for (var i = 0; i < topics.Count; i++)
        {
            response.Results.Add(Answer(topics[i].Topic, errors[i]));
        }

        return response;
    }

    private static CreatePartitionsResponse.CreatePartitionsTopicResult Answer(string name, MetadataError error) =>
        new() { Name = name, ErrorCode = error.Code, ErrorMessage = error.Message };
}
