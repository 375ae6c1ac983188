using Samsa.Broker.Metadata;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Storage;

namespace Samsa.Broker.Api.Admin;

/// <summary>
/// AlterConfigs, v0 to v2 (what a request does not name goes back to its default), and IncrementalAlterConfigs, v0 and v1. The change
/// has taken effect when the answer leaves.
/// </summary>
public sealed class AlterConfigsHandler(IClusterMetadata metadata)
{
    /// <summary>Serves one AlterConfigs request.</summary>
    public async ValueTask<IMessage?> HandleAsync(RequestContext context, AlterConfigsRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var alterations = request.Resources.Select(resource => new ConfigAlteration(
            (ConfigResourceType)resource.ResourceType,
            resource.ResourceName,
            [.. resource.Configs.Select(config => new ConfigChange(config.Name, ConfigOperation.Set, config.Value))],
            ReplaceAll: true)).ToArray();
        var response = new AlterConfigsResponse();
        var errors = await ApplyAsync(alterations, request.ValidateOnly).ConfigureAwait(false);
        for (var i = 0; i < alterations.Length; i++)
        {
            response.Responses.Add(new AlterConfigsResponse.AlterConfigsResourceResponse
            {
                ErrorCode = errors[i].Code,
                ErrorMessage = errors[i].Message,
                ResourceType = (sbyte)alterations[i].Type,
                ResourceName = alterations[i].Name,
            });
        }

        return response;
    }

    /// <summary>Serves one IncrementalAlterConfigs request.</summary>
    public async ValueTask<IMessage?> HandleAsync(RequestContext context, IncrementalAlterConfigsRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var alterations = request.Resources.Select(resource => new ConfigAlteration(
            (ConfigResourceType)resource.ResourceType,
            resource.ResourceName,
            [.. resource.Configs.Select(config => new ConfigChange(config.Name, (ConfigOperation)config.ConfigOperation, config.Value))])).ToArray();
        var response = new IncrementalAlterConfigsResponse();
        var errors = await ApplyAsync(alterations, request.ValidateOnly).ConfigureAwait(false);
        for (var i = 0; i < alterations.Length; i++)
        {
            response.Responses.Add(new IncrementalAlterConfigsResponse.AlterConfigsResourceResponse
            {
                ErrorCode = errors[i].Code,
                ErrorMessage = errors[i].Message,
                ResourceType = (sbyte)alterations[i].Type,
                ResourceName = alterations[i].Name,
            });
        }

        return response;
    }

    private async Task<MetadataError[]> ApplyAsync(ConfigAlteration[] alterations, bool validateOnly)
    {
        var errors = new MetadataError[alterations.Length];
        var single = new List<int>();
        var counts = alterations.CountBy(alteration => (alteration.Type, alteration.Name)).ToDictionary();
        for (var i = 0; i < alterations.Length; i++)
        {
            if (counts[(alterations[i].Type, alterations[i].Name)] > 1)
            {
                errors[i] = new MetadataError(ErrorCode.InvalidRequest, "Each resource must appear at most once.");
            }
            else
            {
                single.Add(i);
            }
        }

        try
        {
            var results = await metadata.AlterConfigsAsync([.. single.Select(index => alterations[index])], validateOnly).ConfigureAwait(false);
            for (var i = 0; i < single.Count; i++)
            {
                errors[single[i]] = results[i];
            }
        }
        catch (StorageException broken)
        {
            single.ForEach(index => errors[index] = new MetadataError(ErrorCode.KafkaStorageError, broken.Message));
        }

        return errors;
    }
}
