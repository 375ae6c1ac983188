namespace Samsa.Generators.Configuration;

/// <summary>One key of the configuration table as it is written in <c>schemas/config</c>.</summary>
internal sealed class ConfigLine
{
    public string Scope = "";
    public string Name = "";
    public string Type = "";
    public string Default = "";
    public string Valid = "";
    public string Mode = "";
    public string Importance = "";
    public string Flags = "";
    public string BrokerKeys = "";
    public string Documentation = "";
}
