using Samsa.IntegrationTests.Wire;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using static Samsa.InteropTests.Differential.Cases.GroupScene;

namespace Samsa.InteropTests.Differential.Cases;

/// <summary>Committed offsets: OffsetCommit, OffsetFetch, OffsetDelete.</summary>
internal static class GroupOffsetCases
{
    private const string Nobody = "nobody-7f0dcd3f-0c67-4f1b-8a3f-0f2a5a2a8a11";

    public static CaseList OffsetCommit { get; } = new(ApiKey.OffsetCommit)
    {
        { "simple", async s =>
            {
                var group = await s.GroupAsync();
                var topic = await ReadAsync(s);
                await s.ProbeAsync(Commit(group, topic, (0, 3), (1, 4)));
                await ShowAsync(s, group, topic);
                await s.ProbeAsync(Commit(group, topic, (0, 2)));
                await ShowAsync(s, group, topic);
            }
        },
        { "unknown topic and partition", async s =>
            {
                var group = await s.GroupAsync();
                var topic = await ReadAsync(s);
                var request = Commit(group, topic, (0, 3), (9, 4), (-1, 5));
                request.Topics.Add(Commit(group, new WireTopic("nobody", Scene.NobodysId), (0, 1)).Topics[0]);
                await s.ProbeAsync(request);
                await ShowAsync(s, group, topic);
            }
        },
        { "only unknown topics", async s =>
            {
                var group = await s.GroupAsync();
                await s.ProbeAsync(Commit(group, new WireTopic("nobody", Scene.NobodysId), (0, 1)));
            }
        },
        { "no topics", async s => await s.ProbeAsync(new OffsetCommitRequest { GroupId = await s.GroupAsync() }) },
        { "text too long", async s =>
            {
                var group = await s.GroupAsync();
                var topic = await ReadAsync(s);
                var request = Commit(group, topic, (0, 3), (1, 4));
                request.Topics[0].Partitions[0].CommittedMetadata = new string('x', 4097);
                await s.ProbeAsync(request);
                await ShowAsync(s, group, topic);
            }
        },
        { "text as long as allowed, or none", async s =>
            {
                var group = await s.GroupAsync();
                var topic = await ReadAsync(s);
                var request = Commit(group, topic, (0, 3), (1, 4));
                request.Topics[0].Partitions[0].CommittedMetadata = new string('x', 4096);
                request.Topics[0].Partitions[1].CommittedMetadata = null;
                await s.ProbeAsync(request);
                await ShowAsync(s, group, topic);
            }
        },
        { "negative and far offsets", async s =>
            {
                var group = await s.GroupAsync();
                var topic = await ReadAsync(s);
                await s.ProbeAsync(Commit(group, topic, (0, -5), (1, long.MaxValue)));
                await ShowAsync(s, group, topic);
            }
        },
        { "leader epoch", async s =>
            {
                var group = await s.GroupAsync();
                var topic = await ReadAsync(s);
                var request = Commit(group, topic, (0, 3), (1, 4));
                request.Topics[0].Partitions[0].CommittedLeaderEpoch = 7;
                await s.ProbeAsync(request);
                await ShowAsync(s, group, topic);
            }, 6
        },
        { "empty group id", async s =>
            {
                await s.GroupAsync();
                await s.ProbeAsync(Commit("", await ReadAsync(s), (0, 3)));
            }
        },
        { "by a member", async s =>
            {
                var group = await s.GroupAsync();
                var topic = await ReadAsync(s);
                await s.ProbeAsync(By(await s.StableAsync(group), Commit(group, topic, (0, 3))));
                await ShowAsync(s, group, topic);
            }, 1
        },
        { "while the assignment is awaited", async s =>
            {
                var group = await s.GroupAsync();
                await s.ProbeAsync(By(await s.JoinedAsync(group), Commit(group, await ReadAsync(s), (0, 3))));
            }, 1
        },
        { "while members gather", async s =>
            {
                var group = await s.GroupAsync();
                await s.ProbeAsync(By(await s.PreparingAsync(group), Commit(group, await ReadAsync(s), (0, 3))));
            }, 1
        },
        { "by nobody beside a member", async s =>
            {
                var group = await s.GroupAsync();
                await s.StableAsync(group);
                await s.ProbeAsync(Commit(group, await ReadAsync(s), (0, 3)));
            }, 1
        },
        { "of a wrong generation", async s =>
            {
                var group = await s.GroupAsync();
                var joined = await s.StableAsync(group);
                joined.GenerationId = 7;
                await s.ProbeAsync(By(joined, Commit(group, await ReadAsync(s), (0, 3))));
            }, 1
        },
        { "by an unknown member", async s =>
            {
                var group = await s.GroupAsync();
                var joined = await s.StableAsync(group);
                joined.MemberId = Nobody;
                await s.ProbeAsync(By(joined, Commit(group, await ReadAsync(s), (0, 3))));
            }, 1
        },
        { "by a member of an unknown group", async s =>
            {
                var group = await s.GroupAsync();
                await s.ProbeAsync(By(new JoinGroupResponse { MemberId = Nobody, GenerationId = 1 }, Commit(group, await ReadAsync(s), (0, 3))));
                await s.ProbeAsync(By(new JoinGroupResponse { MemberId = Nobody, GenerationId = -1 }, Commit(group, await ReadAsync(s), (0, 3))));
            }, 1
        },
        { "by a member of a group of offsets", async s =>
            {
                var group = await s.GroupAsync();
                var topic = await ReadAsync(s);
                await s.CommitAsync(group, topic, (0, 1));
                await s.ProbeAsync(By(new JoinGroupResponse { MemberId = Nobody, GenerationId = 1 }, Commit(group, topic, (0, 3))));
                await s.ProbeAsync(By(new JoinGroupResponse { MemberId = "", GenerationId = 1 }, Commit(group, topic, (0, 3))));
            }, 1
        },
        { "after the last member left", async s =>
            {
                var group = await s.GroupAsync();
                var topic = await ReadAsync(s);
                var joined = await s.LeftAsync(group);
                await s.ProbeAsync(By(joined, Commit(group, topic, (0, 3))));
                await s.ProbeAsync(Commit(group, topic, (0, 4)));
                await ShowAsync(s, group, topic);
            }, 1
        },
        { "static member that was replaced", async s =>
            {
                var group = await s.GroupAsync();
                var topic = await ReadAsync(s);
                var joined = await s.StableAsync(group, "i");
                await s.JoinedAsync(group, "i");
                var request = By(joined, Commit(group, topic, (0, 3)));
                request.GroupInstanceId = "i";
                await s.ProbeAsync(request);
                request.GroupInstanceId = "j";
                await s.ProbeAsync(request);
            }, 7
        },
        { "with a retention of its own", async s =>
            {
                var group = await s.GroupAsync();
                var topic = await ReadAsync(s);
                var request = Commit(group, topic, (0, 3));
                request.RetentionTimeMs = 3_600_000;
                await s.ProbeAsync(request);
                await ShowAsync(s, group, topic);
            }, 2, 4
        },
    };

    public static CaseList OffsetFetch { get; } = new(ApiKey.OffsetFetch)
    {
        { "of an unknown group", async s => await s.ProbeAsync(Fetch(s, await s.GroupAsync(), Topics(await ReadAsync(s), 0, 1))) },
        { "committed and not", async s => await s.ProbeAsync(Fetch(s, await CommittedAsync(s), Topics(await ReadAsync(s), 0, 1, 9))) },
        { "unknown topic", async s => await s.ProbeAsync(Fetch(s, await CommittedAsync(s), Topics(new WireTopic("nobody", Scene.NobodysId), 0, 1))) },
        { "no topics", async s => await s.ProbeAsync(Fetch(s, await CommittedAsync(s), [])) },
        { "all", async s => await s.ProbeAsync(Fetch(s, await CommittedAsync(s), null)), 2 },
        { "all of an unknown group", async s => await s.ProbeAsync(Fetch(s, await s.GroupAsync(), null)), 2 },
        { "empty group id", async s =>
            {
                await s.GroupAsync();
                await s.ProbeAsync(Fetch(s, "", Topics(await ReadAsync(s), 0)));
            }
        },
        { "only what is stable", async s =>
            {
                var request = Fetch(s, await CommittedAsync(s), Topics(await ReadAsync(s), 0));
                request.RequireStable = true;
                await s.ProbeAsync(request);
            }, 7
        },
        { "several groups", async s =>
            {
                var request = Fetch(s, await CommittedAsync(s), Topics(await ReadAsync(s), 0));
                request.Groups.Add(Fetch(s, await s.GroupAsync("h"), null).Groups[0]);
                request.Groups.Add(Fetch(s, "", Topics(await ReadAsync(s), 1)).Groups[0]);
                await s.ProbeAsync(request);
            }, 8
        },
        { "by a member", async s =>
            {
                var group = await s.GroupAsync();
                var joined = await s.StableAsync(group);
                var request = Fetch(s, group, Topics(await ReadAsync(s), 0));
                (request.Groups[0].MemberId, request.Groups[0].MemberEpoch) = (joined.MemberId, joined.GenerationId);
                await s.ProbeAsync(request);
                (request.Groups[0].MemberId, request.Groups[0].MemberEpoch) = (Nobody, 7);
                await s.ProbeAsync(request);
            }, 9
        },
    };

    public static CaseList OffsetDelete { get; } = new(ApiKey.OffsetDelete)
    {
        { "of a group of offsets", async s =>
            {
                var group = await CommittedAsync(s);
                var topic = await ReadAsync(s);
                await s.ProbeAsync(Delete(group, topic.Name, 0, 1, 9));
                await ShowAsync(s, group, topic);
            }
        },
        { "of an unknown group", async s => await s.ProbeAsync(Delete(await s.GroupAsync(), (await ReadAsync(s)).Name, 0)) },
        { "unknown topic", async s => await s.ProbeAsync(Delete(await CommittedAsync(s), "nobody", 0)) },
        { "no topics", async s => await s.ProbeAsync(new OffsetDeleteRequest { GroupId = await CommittedAsync(s) }) },
        { "empty group id", async s =>
            {
                await s.GroupAsync();
                await s.ProbeAsync(Delete("", (await ReadAsync(s)).Name, 0));
            }
        },
        { "beside a member", async s =>
            {
                var group = await s.GroupAsync();
                var joined = await s.StableAsync(group);
                var (read, other) = (await s.TopicAsync(name: "read-" + s.Name()), await ReadAsync(s));
                await s.PrepareAsync<OffsetCommitResponse>(By(joined, Commit(group, read, (0, 1))), 8);
                await s.PrepareAsync<OffsetCommitResponse>(By(joined, Commit(group, other, (0, 1))), 8);
                await s.ProbeAsync(Delete(group, "read", 0));
                await s.ProbeAsync(Delete(group, other.Name, 0));
                await ShowAsync(s, group, other);
            }
        },
        { "beside a member that is no consumer", async s =>
            {
                var group = await s.GroupAsync();
                await s.PrepareAsync<JoinGroupResponse>(Join(group, type: "connect"), 3);
                await s.ProbeAsync(Delete(group, (await ReadAsync(s)).Name, 0));
            }
        },
    };

    private static Task<WireTopic> ReadAsync(Scene s) => s.SharedAsync("offsets", (_, _) => Task.CompletedTask, 2);

    private static async Task<string> CommittedAsync(Scene s)
    {
        var group = await s.GroupAsync();
        await s.CommitAsync(group, await ReadAsync(s), (0, 3));
        return group;
    }

    private static OffsetCommitRequest By(JoinGroupResponse member, OffsetCommitRequest request)
    {
        request.MemberId = member.MemberId;
        request.GenerationIdOrMemberEpoch = member.GenerationId;
        return request;
    }

    private static Task ShowAsync(Scene s, string group, WireTopic topic) => s.ProbeAsync(
        new OffsetFetchRequest { GroupId = group, Topics = [new OffsetFetchRequest.OffsetFetchRequestTopic { Name = topic.Name, PartitionIndexes = [0, 1] }] }, 7);

    private static List<OffsetFetchRequest.OffsetFetchRequestTopics> Topics(WireTopic topic, params int[] partitions) =>
        [new OffsetFetchRequest.OffsetFetchRequestTopics { Name = topic.Name, TopicId = topic.Id, PartitionIndexes = [.. partitions] }];

    private static OffsetFetchRequest Fetch(Scene s, string group, List<OffsetFetchRequest.OffsetFetchRequestTopics>? topics) => s.Version >= 8
        ? new OffsetFetchRequest { Groups = [new OffsetFetchRequest.OffsetFetchRequestGroup { GroupId = group, Topics = topics }] }
        : new OffsetFetchRequest
        {
            GroupId = group,
            Topics = topics?.ConvertAll(topic => new OffsetFetchRequest.OffsetFetchRequestTopic { Name = topic.Name, PartitionIndexes = topic.PartitionIndexes }),
        };

    private static OffsetDeleteRequest Delete(string group, string topic, params int[] partitions) => new()
    {
        GroupId = group,
        Topics =
        [
            new OffsetDeleteRequest.OffsetDeleteRequestTopic
            {
                Name = topic,
                Partitions = [.. partitions.Select(partition => new OffsetDeleteRequest.OffsetDeleteRequestPartition { PartitionIndex = partition })],
            },
        ],
    };
}
