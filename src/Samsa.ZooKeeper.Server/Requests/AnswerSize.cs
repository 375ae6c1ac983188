using Samsa.ZooKeeper.Records;

namespace Samsa.ZooKeeper.Server.Requests;

/// <summary>Roughly how many bytes an answer takes: what may be large in it. An estimate, so that nobody walks through long lists.</summary>
internal static class AnswerSize
{
    // A result of a multi: header and stat.
    private const int OfPart = 100;

    // A name and its length.
    private const int OfName = 32;

    internal static long Of(IRecord? body)
    {
        switch (body)
        {
            case GetDataResponse data:
                return data.Data?.Length ?? 0;
            case GetChildrenResponse children:
                return (long)children.Children.Count * OfName;
            case GetChildren2Response children:
                return (long)children.Children.Count * OfName;
            case GetEphemeralsResponse ephemerals:
                return (long)ephemerals.Ephemerals.Count * OfName;
            case MultiResponse multi:
                long size = 0;
                for (var i = 0; i < multi.Parts.Count; i++)
                {
                    size += OfPart + Of(multi.Parts[i].Body);
                }

                return size;
            default:
                return 0;
        }
    }
}
