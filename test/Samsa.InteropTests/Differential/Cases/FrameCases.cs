using Samsa.Protocol;
using Samsa.Protocol.Messages;

namespace Samsa.InteropTests.Differential.Cases;

/// <summary>What every API must survive: requests that end too early or too late, and versions that nobody has.</summary>
internal static class FrameCases
{
    private static readonly byte[] Rest = [0];

    /// <summary>Adds the cases; <paramref name="sample"/> makes a request that harms nobody.</summary>
    public static void AddTo(CaseList list, Func<Scene, IMessage> sample)
    {
        list.Add("frame cut off", s => s.ProbeFrameAsync(Scene.Frame(sample(s), s.Version)[..^1], list.Api, s.Version, 7));
        list.Add("frame with a byte too many", s => s.ProbeFrameAsync([.. Scene.Frame(sample(s), s.Version), .. Rest], list.Api, s.Version, 7));
        list.Add("frame of a header alone", s => s.ProbeFrameAsync(
            [0, (byte)list.Api, 0, (byte)s.Version, 0, 0, 0, 7, 0xff, 0xff, .. IsFlexible(list.Api, s.Version) ? Rest : []], list.Api, s.Version, 7));
        list.Add("frame with an unknown tag", s =>
        {
            // The tags of the request itself are its last byte: none.
            var frame = Scene.Frame(sample(s), s.Version);
            return s.ProbeFrameAsync([.. frame[..^1], 1, 99, 2, 0xca, 0xfe], list.Api, s.Version, 7);
        }, from: MessageRegistry.Request(list.Api)!.LowestFlexibleVersion);
        list.Add("frame of version ninety-nine", s =>
        {
            var frame = Scene.Frame(sample(s), s.Version);
            frame[3] = 99;
            return s.ProbeFrameAsync(frame, list.Api, 0, 7);
        }, to: 0);
        list.Add("frame with a negative version", s =>
        {
            var frame = Scene.Frame(sample(s), s.Version);
            (frame[2], frame[3]) = (0xff, 0xff);
            return s.ProbeFrameAsync(frame, list.Api, 0, 7);
        }, to: 0);
    }

    private static bool IsFlexible(ApiKey api, short version) => MessageRegistry.RequestHeaderVersion(api, version) == 2;
}
