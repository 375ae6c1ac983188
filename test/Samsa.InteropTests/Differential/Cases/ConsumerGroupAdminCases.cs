using Samsa.Protocol;
using Samsa.Protocol.Messages;
using static Samsa.InteropTests.Differential.Cases.ConsumerGroupScene;

namespace Samsa.InteropTests.Differential.Cases;

/// <summary>What others ask of consumer groups: ConsumerGroupDescribe, and with it the older requests about groups and offsets.</summary>
internal static class ConsumerGroupAdminCases
{
    public static CaseList Describe { get; } = new(ApiKey.ConsumerGroupDescribe)
    {
        { "unknown", async s => await s.ProbeAsync(new ConsumerGroupDescribeRequest { GroupIds = [await s.GroupAsync()] }) },
        { "none", async s =>
            {
                await s.GroupAsync();
                await s.ProbeAsync(new ConsumerGroupDescribeRequest());
            }
        },
        { "empty group id", async s =>
            {
                await s.GroupAsync();
                await s.ProbeAsync(new ConsumerGroupDescribeRequest { GroupIds = [""] });
            }
        },
        { "classic", async s =>
            {
                var (group, simple) = (await s.GroupAsync(), await s.GroupAsync("s"));
                await s.StableAsync(group);
                await s.CommitAsync(simple, await s.GroupTopicAsync(), (0, 1));
                await s.ProbeAsync(new ConsumerGroupDescribeRequest { GroupIds = [group, simple] });
            }
        },
        { "in its states", async s =>
            {
                var (stable, left, moving, topic) = (await s.GroupAsync("a"), await s.GroupAsync("b"), await s.GroupAsync("c"), await s.GroupTopicAsync(2));
                await s.InAsync(stable, "m1", topic, "i");
                await s.InAsync(left, "m1", topic);
                await s.BeatAsync(Going(left, "m1", -1));
                await s.InAsync(moving, "m1", topic);
                await s.InAsync(moving, "m2", topic);
                await s.ProbeAsync(new ConsumerGroupDescribeRequest { GroupIds = [stable, left, moving], IncludeAuthorizedOperations = true });
            }
        },
        { "rack and client", async s =>
            {
                var (group, topic) = (await s.GroupAsync(), await s.GroupTopicAsync());
                var request = Joining(group, "m1", topic.Name, "i");
                request.RackId = "r1";
                await s.BeatAsync(request);
                await s.ProbeAsync(new ConsumerGroupDescribeRequest { GroupIds = [group] });
            }
        },
        { "by DescribeGroups", async s =>
            {
                var (group, topic) = (await s.GroupAsync(), await s.GroupTopicAsync());
                await s.InAsync(group, "m1", topic);
                await s.ProbeAsync(new DescribeGroupsRequest { Groups = [group] }, 5);
                await s.ProbeAsync(new DescribeGroupsRequest { Groups = [group] }, 6);
            }, 1
        },
        { "listed", async s =>
            {
                var (group, topic) = (await s.GroupAsync(), await s.GroupTopicAsync());
                await s.InAsync(group, "m1", topic);
                await s.ProbeAsync(new ListGroupsRequest { TypesFilter = ["consumer"], StatesFilter = ["Stable"] }, 5);
                await s.ProbeAsync(new ListGroupsRequest { TypesFilter = ["Consumer"], StatesFilter = ["Empty", "assigning"] }, 5);
            }, 1, short.MaxValue, true
        },
        { "deleted", async s =>
            {
                var (group, topic) = (await s.GroupAsync(), await s.GroupTopicAsync());
                await s.InAsync(group, "m1", topic);
                await s.ProbeAsync(new DeleteGroupsRequest { GroupsNames = [group] }, 2);
                await s.BeatAsync(Going(group, "m1", -1));
                await s.ProbeAsync(new DeleteGroupsRequest { GroupsNames = [group] }, 2);
                await s.LookAsync(group);
            }, 1
        },
        { "commits of a member", async s =>
            {
                var (group, topic) = (await s.GroupAsync(), await s.GroupTopicAsync(2));
                await s.InAsync(group, "m1", topic);
                await s.ProbeAsync(Commit(group, "m1", 2, topic), 9);
                await s.ProbeAsync(Commit(group, "m1", 2, topic), 10);
                await s.ProbeAsync(Commit(group, "m1", 2, topic), 8);
                await s.ProbeAsync(Commit(group, "m1", 1, topic), 9);
                await s.ProbeAsync(Commit(group, "m1", 3, topic), 9);
                await s.ProbeAsync(Commit(group, "m1", -1, topic), 9);
                await s.ProbeAsync(Commit(group, "m2", 2, topic), 9);
                await s.ProbeAsync(Commit(group, "", -1, topic), 9);
                await s.ProbeAsync(Commit(group, "", -1, topic), 8);
            }, 1
        },
        { "commits of an older epoch", async s =>
            {
                var (group, topic) = (await s.GroupAsync(), await s.GroupTopicAsync(2));
                await s.InAsync(group, "m1", topic);
                await s.InAsync(group, "m2", topic);
                await s.BeatAsync(Owning(group, "m1", 2, topic, 0));
                await s.BeatAsync(Going(group, "m2", 3));
                await s.ProbeAsync(Commit(group, "m1", 2, topic, 0), 9);
                await s.ProbeAsync(Commit(group, "m1", 2, topic, 1), 9);
                await s.ProbeAsync(Commit(group, "m1", 3, topic, 1), 9);
                await s.ProbeAsync(Commit(group, "m2", 2, topic, 1), 9);
                await s.ProbeAsync(Commit(group, "m1", 2, topic, 0), 10);
                await s.ProbeAsync(Commit(group, "m1", 1, topic, 0), 10);
                await s.ProbeAsync(Commit(group, "m1", 2, topic, 1), 10);
                await s.LookAsync(group);
            }, 1
        },
        { "commits to an empty one", async s =>
            {
                var (group, topic) = (await s.GroupAsync(), await s.GroupTopicAsync());
                await s.InAsync(group, "m1", topic);
                await s.BeatAsync(Going(group, "m1", -1));
                await s.ProbeAsync(Commit(group, "", -1, topic), 8);
                await s.ProbeAsync(Commit(group, "m1", 2, topic), 9);
                await s.ProbeAsync(Fetch(group, null, -1, topic), 9);
            }, 1
        },
        { "fetches of offsets", async s =>
            {
                var (group, topic) = (await s.GroupAsync(), await s.GroupTopicAsync());
                await s.InAsync(group, "m1", topic);
                await s.BeatAsync(Going(group, "m1", 2));
                await s.PrepareAsync<OffsetCommitResponse>(Commit(group, "m1", 2, topic), 9);
                await s.ProbeAsync(Fetch(group, "m1", 2, topic), 9);
                await s.ProbeAsync(Fetch(group, "m1", 1, topic), 9);
                await s.ProbeAsync(Fetch(group, "m1", 3, topic), 10);
                await s.ProbeAsync(Fetch(group, "m2", 2, topic), 9);
                await s.ProbeAsync(Fetch(group, null, -1, topic), 9);
                await s.ProbeAsync(Fetch(group, "", -1, topic), 9);
            }, 1
        },
        { "OffsetDelete", async s =>
            {
                var (group, topic, other) = (await s.GroupAsync(), await s.GroupTopicAsync(), await s.GroupTopicAsync(suffix: "other"));
                await s.InAsync(group, "m1", topic);
                await s.PrepareAsync<OffsetCommitResponse>(Commit(group, "m1", 2, topic), 9);
                foreach (var one in new[] { topic, other })
                {
                    await s.ProbeAsync(new OffsetDeleteRequest
                    {
                        GroupId = group,
                        Topics = [new OffsetDeleteRequest.OffsetDeleteRequestTopic { Name = one.Name, Partitions = [new OffsetDeleteRequest.OffsetDeleteRequestPartition { PartitionIndex = 0 }] }],
                    }, 0);
                }
            }, 1
        },
    };
}
