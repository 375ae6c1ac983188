using Samsa.Broker.Metadata;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Storage;

namespace Samsa.Broker.Api.Admin;

/// <summary>DeleteTopics, v0 to v6 (v6 also by id). The names are free again when the answer leaves; files go in the background.</summary>
public sealed class DeleteTopicsHandler(IClusterMetadata metadata)
{
    /// <summary>Serves one request.</summary>
    public async ValueTask<IMessage?> HandleAsync(RequestContext context, DeleteTopicsRequest request)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(request);
        var image = metadata.Current;
        var asked = context.ApiVersion >= 6
            ? request.Topics
            : [.. request.TopicNames.Select(name => new DeleteTopicsRequest.DeleteTopicState { Name = name })];
        var response = new DeleteTopicsResponse();
        var deletable = new List<TopicImage>();
        foreach (var group in asked.GroupBy(state => (state.Name, state.TopicId)))
        {
            var (name, id) = group.Key;
            var topic = name != null ? image.FindTopic(name) : image.FindTopic(id);
            if (name == null && topic != null && asked.Exists(state => state.Name == topic.Name && state.TopicId == Guid.Empty))
            {
                // Answered where the name is mentioned.
                continue;
            }

            var alsoById = name != null && topic != null && asked.Exists(state => state.Name == null && state.TopicId == topic.Id);
            if (Problem(name, id, topic, group.Count(), alsoById) is { } problem)
            {
                response.Responses.Add(Answer(name, alsoById ? topic!.Id : id, problem));
            }
            else
            {
                deletable.Add(topic!);
            }
        }

        IReadOnlyList<MetadataError> errors;
        try
        {
            errors = await metadata.DeleteTopicsAsync([.. deletable.Select(topic => topic.Name)]).ConfigureAwait(false);
        }
        catch (StorageException broken)
        {
            errors = [.. deletable.Select(_ => new MetadataError(ErrorCode.KafkaStorageError, broken.Message))];
        }

        for (var i = 0; i < deletable.Count; i++)
        {
            response.Responses.Add(Answer(deletable[i].Name, deletable[i].Id, errors[i]));
        }

        return response;
    }

    private static MetadataError? Problem(string? name, Guid id, TopicImage? topic, int times, bool alsoById)
    {
        if (name != null && id != Guid.Empty)
        {
            return new MetadataError(ErrorCode.InvalidRequest, "You may not specify both topic name and topic id.");
        }

        if (name == null && id == Guid.Empty)
        {
            return new MetadataError(ErrorCode.InvalidRequest, "Neither topic name nor id were specified.");
        }

        if (times > 1)
        {
            return new MetadataError(ErrorCode.InvalidRequest, name != null ? "Duplicate topic name." : "Duplicate topic id.");
        }

        if (topic == null)
        {
            return name != null
                ? new MetadataError(ErrorCode.UnknownTopicOrPartition, "This server does not host this topic-partition.")
                : new MetadataError(ErrorCode.UnknownTopicId, "This server does not host this topic ID.");
        }

        return alsoById
            ? new MetadataError(ErrorCode.InvalidRequest, "The provided topic name maps to an ID that was already supplied.")
            : null;
    }

    private static DeleteTopicsResponse.DeletableTopicResult Answer(string? name, Guid id, MetadataError error) =>
        new() { Name = name, TopicId = id, ErrorCode = error.Code, ErrorMessage = error.Message };
}
