using System.Globalization;
using Samsa.Broker.Configuration;
using Samsa.Broker.Metadata;
using Samsa.Protocol;
using Samsa.Protocol.Messages;

namespace Samsa.Broker.Api.Admin;

/// <summary>
/// DescribeConfigs, v0 to v4, of topics, brokers and groups. Departs from Kafka: a resource of an unknown type fails alone, not the
/// whole request; log levels and client metrics are not served.
/// </summary>
public sealed class DescribeConfigsHandler(IClusterMetadata metadata, int brokerId)
{
    /// <summary>Serves one request.</summary>
    public ValueTask<IMessage?> HandleAsync(RequestContext context, DescribeConfigsRequest request)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(request);
        var response = new DescribeConfigsResponse();
        foreach (var resource in request.Resources)
        {
            response.Results.Add(Describe(resource, request, context.ApiVersion));
        }

        return new ValueTask<IMessage?>(response);
    }

    private static DescribeConfigsResponse.DescribeConfigsResourceResult ToResult(ConfigEntry entry, DescribeConfigsRequest request, short version)
    {
        var result = new DescribeConfigsResponse.DescribeConfigsResourceResult
        {
            Name = entry.Name,
            Value = entry.Value,
            ReadOnly = entry.ReadOnly,
            IsDefault = version == 0 && entry.Source == ConfigSource.Default,
            ConfigSource = (sbyte)entry.Source,
            IsSensitive = entry.IsSensitive,
            ConfigType = (sbyte)entry.Type,
            Documentation = request.IncludeDocumentation ? entry.Documentation : null,
        };
        if (request.IncludeSynonyms)
        {
            foreach (var synonym in entry.Synonyms)
            {
                result.Synonyms.Add(new DescribeConfigsResponse.DescribeConfigsSynonym
                {
                    Name = synonym.Name,
                    Value = synonym.Value,
                    Source = (sbyte)synonym.Source,
                });
            }
        }

        return result;
    }

    private DescribeConfigsResponse.DescribeConfigsResult Describe(
        DescribeConfigsRequest.DescribeConfigsResource resource, DescribeConfigsRequest request, short version)
    {
        var error = Entries((ConfigResourceType)resource.ResourceType, resource.ResourceName, out var entries);
        var result = new DescribeConfigsResponse.DescribeConfigsResult
        {
            ErrorCode = error.Code,
            ErrorMessage = error.IsError ? error.Message : "",
            ResourceType = resource.ResourceType,
            ResourceName = resource.ResourceName,
        };
        var wanted = resource.ConfigurationKeys is { Count: > 0 } keys ? new HashSet<string>(keys, StringComparer.Ordinal) : null;
        foreach (var entry in entries)
        {
            if (wanted == null || wanted.Contains(entry.Name))
            {
                result.Configs.Add(ToResult(entry, request, version));
            }
        }

        return result;
    }

    private MetadataError Entries(ConfigResourceType type, string name, out IEnumerable<ConfigEntry> entries)
    {
        entries = [];
        var values = metadata.BrokerConfig.Values;
        switch (type)
        {
            case ConfigResourceType.Topic:
                if (TopicNames.Problem(name) is { } problem)
                {
                    return new MetadataError(ErrorCode.InvalidTopicException, problem);
                }

                if (metadata.Current.FindTopic(name) is not { } topic)
                {
                    return new MetadataError(ErrorCode.UnknownTopicOrPartition, "");
                }

                entries = ConfigDescriber.Topic(values, topic.Configs);
                return MetadataError.None;
            case ConfigResourceType.Broker:
                return BrokerEntries(name, values, ref entries);
            case ConfigResourceType.Group:
                if (name.Length == 0)
                {
                    return new MetadataError(ErrorCode.InvalidRequest, "Group name must not be empty");
                }

                entries = ConfigDescriber.Group(
                    values, metadata.Current.GroupConfigs.GetValueOrDefault(name) ?? new Dictionary<string, string>());
                return MetadataError.None;
            case ConfigResourceType.BrokerLogger:
                return new MetadataError(ErrorCode.InvalidRequest, "The log levels of this broker cannot be read or changed at run time.");
            case ConfigResourceType.ClientMetrics:
                return new MetadataError(ErrorCode.InvalidRequest, "This broker takes no client metrics.");
            default:
                return new MetadataError(ErrorCode.InvalidRequest, $"Unexpected resource type {(sbyte)type} for resource {name}");
        }
    }

    private MetadataError BrokerEntries(string name, ConfigValues values, ref IEnumerable<ConfigEntry> entries)
    {
        if (name.Length == 0)
        {
            entries = ConfigDescriber.BrokerDefaults(values.DynamicDefaults);
            return MetadataError.None;
        }

        if (!int.TryParse(name, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var id))
        {
            return new MetadataError(ErrorCode.InvalidRequest, $"Broker id must be an integer, but it is: {name}");
        }

        if (id != brokerId)
        {
            return new MetadataError(
                ErrorCode.InvalidRequest, $"Unexpected broker id, expected {brokerId} or empty string, but received {name}");
        }

        entries = ConfigDescriber.Broker(values);
        return MetadataError.None;
    }
}
