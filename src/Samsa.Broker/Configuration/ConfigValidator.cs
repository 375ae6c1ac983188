using System.Globalization;
using System.Text.RegularExpressions;

namespace Samsa.Broker.Configuration;

/// <summary>A rule for the values of a key. The reasons are worded as Kafka words them: tools print them.</summary>
public abstract partial class ConfigValidator
{
    /// <summary>At least one character.</summary>
    public static ConfigValidator NonEmpty { get; } = new Rule(
        "a non-empty text", value => value.Length == 0 ? "String must be non-empty" : null);

    /// <summary>The version of a Kafka release, such as 3.9 or 3.9-IV0.</summary>
    public static ConfigValidator ReleaseVersion { get; } = new Rule(
        "a Kafka release such as 3.9 or 3.9-IV0",
        value => VersionPattern().IsMatch(value) ? null : $"Version `{value}` is not a valid version");

    /// <summary>A list of partition:broker pairs, or <c>*</c> for all.</summary>
    public static ConfigValidator ThrottledReplicas { get; } = new Rule(
        "* or partition:broker,partition:broker,...",
        value => value is "" or "*" or "none" || ConfigKey.SplitList(value).All(pair => ReplicaPattern().IsMatch(pair))
            ? null
            : "must be the literal '*' or a list of replicas in the following format: [partitionId]:[brokerId],[partitionId]:[brokerId],...");

    /// <summary>What is allowed, for the documentation.</summary>
    public abstract string Description { get; }

    /// <summary>A number from <paramref name="min"/> to <paramref name="max"/>, bounds included (null: open), or exactly <paramref name="also"/>.</summary>
    public static ConfigValidator Range(double? min, double? max, double? also) => new RangeRule(min, max, also);

    /// <summary>One of some words; of a list, every element.</summary>
    public static ConfigValidator OneOf(bool ignoreCase, params string[] choices) => new ChoiceRule(ignoreCase, choices);

    /// <summary>Null when the normalized <paramref name="value"/> is valid, otherwise the reason why it is not.</summary>
    public abstract string? Check(ConfigKey key, string value);

    /// <summary>The part of a wrong list that an error names.</summary>
    public virtual string Culprit(ConfigKey key, string value) => $"[{string.Join(", ", ConfigKey.SplitList(value))}]";

    [GeneratedRegex(@"^\d+\.\d+(\.\d+)*(-IV\d+)?$")]
    private static partial Regex VersionPattern();

    [GeneratedRegex(@"^\d+:\d+$")]
    private static partial Regex ReplicaPattern();

    private sealed class Rule(string description, Func<string, string?> check) : ConfigValidator
    {
        public override string Description => description;

        public override string? Check(ConfigKey key, string value) =>
            check(value) is { } reason ? (reason[0] == 'm' ? $"{key.Name} {reason}" : reason) : null;
    }

    private sealed class RangeRule(double? min, double? max, double? also) : ConfigValidator
    {
        public override string Description
        {
            get
            {
                var range = (min, max) switch
                {
                    (null, _) => $"at most {Text(max)}",
                    (_, null) => $"at least {Text(min)}",
                    _ => $"{Text(min)} to {Text(max)}",
                };
                return also == null ? range : $"{range}, or {Text(also)}";
            }
        }

        public override string? Check(ConfigKey key, string value)
        {
            var number = double.Parse(value, CultureInfo.InvariantCulture);
            if (number == also)
            {
                return null;
            }

            if (also != null && max != null && (number < min || number > max))
            {
                return $"Value must be between {Text(min)} and {Text(max)} or equal to {Text(also)}";
            }

            if (number < min)
            {
                return $"Value must be at least {Text(min)}";
            }

            return number > max ? $"Value must be no more than {Text(max)}" : null;
        }

        private static string Text(double? number) => number?.ToString("R", CultureInfo.InvariantCulture) ?? "";
    }

    private sealed class ChoiceRule(bool ignoreCase, string[] choices) : ConfigValidator
    {
        public override string Description => string.Join(", ", choices);

        public override string? Check(ConfigKey key, string value)
        {
            if (key.Type == ConfigType.List)
            {
                return ConfigKey.SplitList(value).All(Allows) ? null : Reason();
            }

            return Allows(value) ? null : Reason();
        }

        public override string Culprit(ConfigKey key, string value) => ConfigKey.SplitList(value).First(element => !Allows(element));

        private bool Allows(string value) =>
            choices.Contains(value, ignoreCase ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal);

        private string Reason() => $"String must be one of{(ignoreCase ? " (case insensitive)" : "")}: {string.Join(", ", choices)}";
    }
}
