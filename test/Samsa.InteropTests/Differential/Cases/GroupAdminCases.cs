using Samsa.Protocol;
using Samsa.Protocol.Messages;

namespace Samsa.InteropTests.Differential.Cases;

/// <summary>What administrators ask of groups: DescribeGroups, ListGroups, DeleteGroups.</summary>
internal static class GroupAdminCases
{
    public static CaseList DescribeGroups { get; } = new(ApiKey.DescribeGroups)
    {
        { "unknown", async s => await s.ProbeAsync(new DescribeGroupsRequest { Groups = [await s.GroupAsync()] }) },
        { "none", async s =>
            {
                await s.GroupAsync();
                await s.ProbeAsync(new DescribeGroupsRequest());
            }
        },
        { "empty group id", async s =>
            {
                await s.GroupAsync();
                await s.ProbeAsync(new DescribeGroupsRequest { Groups = [""] });
            }
        },
        { "in every state", async s =>
            {
                var groups = new List<string>();
                for (var i = 0; i < 5; i++)
                    groups.Add(await s.GroupAsync("g" + i));
                await s.StableAsync(groups[0]);
                await s.JoinedAsync(groups[1]);
                await s.PreparingAsync(groups[2], s.Version >= 4 ? "i" : null);
                await s.LeftAsync(groups[3]);
                await s.CommitAsync(groups[4], await s.TopicAsync(), (0, 1));
                await s.ProbeAsync(new DescribeGroupsRequest { Groups = [groups[0], groups[1], groups[3], groups[4]] });
            }
        },
        { "while members gather", async s =>
            {
                var group = await s.GroupAsync();
                await s.PreparingAsync(group, "i");
                await s.ProbeAsync(new DescribeGroupsRequest { Groups = [group] });
            }, 4
        },
        { "operations", async s =>
            {
                var group = await s.GroupAsync();
                await s.StableAsync(group);
                await s.ProbeAsync(new DescribeGroupsRequest { Groups = [group, "nobody"], IncludeAuthorizedOperations = true });
            }, 3
        },
    };

    public static CaseList ListGroups { get; } = new(ApiKey.ListGroups)
    {
        { "all", async s =>
            {
                var group = await s.GroupAsync();
                await s.StableAsync(group);
                await s.ProbeAsync(new ListGroupsRequest());
            }, 0, short.MaxValue, true
        },
        { "by state", async s =>
            {
                var group = await s.GroupAsync();
                await s.JoinedAsync(group);
                await s.ProbeAsync(new ListGroupsRequest { StatesFilter = ["completingrebalance", "Dead"] });
                await s.ProbeAsync(new ListGroupsRequest { StatesFilter = ["Nonsense"] });
            }, 4, short.MaxValue, true
        },
        { "by type", async s =>
            {
                var group = await s.GroupAsync();
                await s.StableAsync(group);
                await s.ProbeAsync(new ListGroupsRequest { TypesFilter = ["Classic"], StatesFilter = ["Stable"] });
                await s.ProbeAsync(new ListGroupsRequest { TypesFilter = ["consumer"] });
                await s.ProbeAsync(new ListGroupsRequest { TypesFilter = ["nonsense"] });
            }, 5, short.MaxValue, true
        },
    };

    public static CaseList DeleteGroups { get; } = new(ApiKey.DeleteGroups)
    {
        { "unknown", async s => await s.ProbeAsync(new DeleteGroupsRequest { GroupsNames = [await s.GroupAsync()] }) },
        { "none", async s =>
            {
                await s.GroupAsync();
                await s.ProbeAsync(new DeleteGroupsRequest());
            }
        },
        { "empty group id", async s =>
            {
                await s.GroupAsync();
                await s.ProbeAsync(new DeleteGroupsRequest { GroupsNames = [""] });
            }, 0, short.MaxValue, true
        },
        { "empty and not", async s =>
            {
                string[] groups = [await s.GroupAsync("a"), await s.GroupAsync("b"), await s.GroupAsync("c")];
                await s.StableAsync(groups[0]);
                await s.LeftAsync(groups[1]);
                await s.CommitAsync(groups[2], await s.TopicAsync(), (0, 1));
                await s.ProbeAsync(new DeleteGroupsRequest { GroupsNames = [.. groups] });
                await s.ProbeAsync(new DescribeGroupsRequest { Groups = [.. groups] }, 4);
            }
        },
        { "twice", async s =>
            {
                var group = await s.GroupAsync();
                await s.CommitAsync(group, await s.TopicAsync(), (0, 1));
                await s.ProbeAsync(new DeleteGroupsRequest { GroupsNames = [group, group] });
            }
        },
    };
}
