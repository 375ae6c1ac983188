using Microsoft.Extensions.Logging;
using Samsa.Broker.Configuration;
using Samsa.Broker.Metadata.Znodes;

namespace Samsa.Broker.Metadata.Coordination;

/// <summary>
/// Decides which values of a node <c>/config/KIND/NAME</c> count. Anybody may write there, past the checks of a broker's own requests, and whoever uses the
/// values relies on those. Stateless.
/// </summary>
internal static class ValuesInTree
{
    /// <summary>
    /// The valid values in Kafka's normal form. In the place of one that is not comes the last good one, and none where there is none: then the default
    /// holds. Keys that nobody here knows are kept, because others may. As in Kafka, keys of brokers that are read at the start only do not count, nor do
    /// those of a single broker that are set for all.
    /// </summary>
    public static IReadOnlyDictionary<string, string> Valid(
        string path, Dictionary<string, string> read, IReadOnlyDictionary<string, string>? lastGood, ILogger logger)
    {
        if (read.Count == 0)
        {
            return read;
        }

        var kind = path.Split('/')[2];
        var scope = kind switch
        {
            "topics" => ConfigScope.Topic,
            "groups" => ConfigScope.Group,
            _ => ConfigScope.Broker,
        };
        var valid = new Dictionary<string, string>(read.Count, StringComparer.Ordinal);
        foreach (var (name, value) in read)
        {
            if (scope == ConfigScope.Broker && ConfigAlterations.NotDynamic(name, isDefault: path.EndsWith("/" + ZnodePaths.Default, StringComparison.Ordinal)) is { } why)
            {
                logger.LogError("{Path}: {Key} is not obeyed: {Why}", path, name, why);
                continue;
            }

            try
            {
                valid[name] = ConfigKeys.Find(scope, name) is { } key ? key.Normalize(value) : value;
            }
            catch (ConfigException wrong)
            {
                var holds = "the default";
                if (lastGood?.TryGetValue(name, out var last) == true)
                {
                    (valid[name], holds) = (last, last);
                }

                logger.LogError("{Path}: {Key} is not obeyed: {Why}; {Holds} holds", path, name, wrong.Message, holds);
            }
        }

        return valid;
    }
}
