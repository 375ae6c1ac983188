using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Xunit;

namespace Samsa.IntegrationTests.Wire;

/// <summary>The versions of an API as theory data: all that are stable, from the registry of messages.</summary>
public static class WireVersions
{
    /// <summary>The newest stable version.</summary>
    public static short Newest(ApiKey api)
    {
        var request = MessageRegistry.Request(api)!;
        return (short)(request.HighestVersion - (request.LatestVersionUnstable ? 1 : 0));
    }

    /// <summary>Every stable version from <paramref name="from"/> to <paramref name="to"/>.</summary>
    public static TheoryData<short> Of(ApiKey api, int from = 0, int to = short.MaxValue)
    {
        var data = new TheoryData<short>();
        for (var version = Math.Max(from, MessageRegistry.Request(api)!.LowestVersion); version <= Math.Min(to, Newest(api)); version++)
            data.Add((short)version);
        return data;
    }
}
