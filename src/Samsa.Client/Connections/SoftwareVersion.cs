namespace Samsa.Client.Connections;

/// <summary>What the client tells brokers of itself (KIP-511).</summary>
internal static class SoftwareVersion
{
    public static readonly string Text = typeof(SoftwareVersion).Assembly.GetName().Version is { } v ? $"{v.Major}.{v.Minor}.{v.Build}" : "0";
}
