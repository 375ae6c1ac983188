using Samsa.Protocol;
using Samsa.Protocol.Messages;
using static Samsa.InteropTests.Differential.Cases.GroupScene;

namespace Samsa.InteropTests.Differential.Cases;

/// <summary>What members of classic groups do: JoinGroup, SyncGroup, Heartbeat, LeaveGroup.</summary>
internal static class GroupCases
{
    private const string Nobody = "nobody-7f0dcd3f-0c67-4f1b-8a3f-0f2a5a2a8a11";

    public static CaseList JoinGroup { get; } = new(ApiKey.JoinGroup)
    {
        { "first", async s => await s.ProbeAsync(Join(await s.GroupAsync())) },
        { "first of several protocols", async s => await s.ProbeAsync(Join(await s.GroupAsync(), protocols: ["one", "two"])), 0, 3 },
        { "with the id it was given", async s =>
            {
                var group = await s.GroupAsync();
                var given = await s.PrepareAsync<JoinGroupResponse>(Join(group), 4);
                await s.ProbeAsync(Join(group, given.MemberId));
            }
        },
        { "with an id it was given and an instance", async s =>
            {
                var group = await s.GroupAsync();
                var given = await s.PrepareAsync<JoinGroupResponse>(Join(group), 4);
                await s.ProbeAsync(Join(group, given.MemberId));
                await s.ProbeAsync(Join(group, given.MemberId, "i"));
            }, 5
        },
        { "unknown member of a new group", async s => await s.ProbeAsync(Join(await s.GroupAsync(), Nobody)) },
        { "unknown member of a group", async s =>
            {
                var group = await s.GroupAsync();
                await s.StableAsync(group);
                await s.ProbeAsync(Join(group, Nobody));
            }
        },
        { "member of a group that is empty", async s =>
            {
                var group = await s.GroupAsync();
                var joined = await s.LeftAsync(group);
                await s.ProbeAsync(Join(group, joined.MemberId));
            }
        },
        { "empty group id", async s =>
            {
                await s.GroupAsync();
                await s.ProbeAsync(Join(""));
            }
        },
        { "session too short", async s => await s.ProbeAsync(Join(await s.GroupAsync(), session: 5999)) },
        { "session too long", async s => await s.ProbeAsync(Join(await s.GroupAsync(), session: 1_800_001)) },
        { "no protocols", async s =>
            {
                var request = Join(await s.GroupAsync());
                request.Protocols = [];
                await s.ProbeAsync(request);
            }
        },
        { "empty protocol type", async s => await s.ProbeAsync(Join(await s.GroupAsync(), type: "")) },
        { "another protocol type", async s =>
            {
                var group = await s.GroupAsync();
                await s.StableAsync(group);
                await s.ProbeAsync(Join(group, type: "connect"));
            }
        },
        { "no common protocol", async s =>
            {
                var group = await s.GroupAsync();
                await s.StableAsync(group);
                await s.ProbeAsync(Join(group, protocols: "another"));
            }
        },
        { "leader again", async s =>
            {
                var group = await s.GroupAsync();
                var joined = await s.StableAsync(group);
                await s.ProbeAsync(Join(group, joined.MemberId));
            }
        },
        { "again while the assignment is awaited", async s =>
            {
                var group = await s.GroupAsync();
                var joined = await s.JoinedAsync(group);
                await s.ProbeAsync(Join(group, joined.MemberId));
            }
        },
        { "again with another protocol while the assignment is awaited", async s =>
            {
                var group = await s.GroupAsync();
                var joined = await s.JoinedAsync(group);
                await s.ProbeAsync(Join(group, joined.MemberId, protocols: ["range", "more"]));
            }
        },
        { "both after a second came", async s =>
            {
                var group = await s.GroupAsync();
                var joined = await s.PreparingAsync(group);
                await s.ProbeAsync(Join(group, joined.MemberId));
            }
        },
        { "static", async s => await s.ProbeAsync(Join(await s.GroupAsync(), instance: "i")), 5 },
        { "static again", async s =>
            {
                var group = await s.GroupAsync();
                await s.StableAsync(group, "i");
                await s.ProbeAsync(Join(group, instance: "i"));
            }, 5
        },
        { "static again with another protocol", async s =>
            {
                var group = await s.GroupAsync();
                await s.StableAsync(group, "i");
                await s.ProbeAsync(Join(group, instance: "i", protocols: "another"));
            }, 5
        },
        { "static again while the assignment is awaited", async s =>
            {
                var group = await s.GroupAsync();
                await s.JoinedAsync(group, "i");
                await s.ProbeAsync(Join(group, instance: "i"));
            }, 5
        },
        { "static with an old id", async s =>
            {
                var group = await s.GroupAsync();
                var joined = await s.StableAsync(group, "i");
                await s.JoinedAsync(group, "i");
                await s.ProbeAsync(Join(group, joined.MemberId, "i"));
            }, 5
        },
        { "static of an unknown instance with an id", async s =>
            {
                var group = await s.GroupAsync();
                var joined = await s.StableAsync(group, "i");
                await s.ProbeAsync(Join(group, joined.MemberId, "j"));
            }, 5
        },
        { "static member without its instance", async s =>
            {
                var group = await s.GroupAsync();
                var joined = await s.StableAsync(group, "i");
                await s.ProbeAsync(Join(group, joined.MemberId));
            }
        },
        { "odd instance id", async s => await s.ProbeAsync(Join(await s.GroupAsync(), instance: "a b/c")), 5 },
        { "empty instance id", async s => await s.ProbeAsync(Join(await s.GroupAsync(), instance: "")), 5 },
        { "into a group of offsets", async s =>
            {
                var group = await s.GroupAsync();
                await s.CommitAsync(group, await s.TopicAsync(), (0, 3));
                await s.ProbeAsync(Join(group));
            }
        },
    };

    public static CaseList SyncGroup { get; } = new(ApiKey.SyncGroup)
    {
        { "leader", async s =>
            {
                var group = await s.GroupAsync();
                await s.ProbeAsync(Sync(group, await s.JoinedAsync(group), named: s.Version >= 5));
            }
        },
        { "again", async s =>
            {
                var group = await s.GroupAsync();
                await s.ProbeAsync(Sync(group, await s.StableAsync(group), named: s.Version >= 5));
            }
        },
        { "without an assignment", async s =>
            {
                var group = await s.GroupAsync();
                var request = Sync(group, await s.JoinedAsync(group), named: s.Version >= 5);
                request.Assignments = [];
                await s.ProbeAsync(request);
            }
        },
        { "unknown member", async s =>
            {
                var group = await s.GroupAsync();
                var joined = await s.JoinedAsync(group);
                joined.MemberId = Nobody;
                await s.ProbeAsync(Sync(group, joined, named: s.Version >= 5));
            }
        },
        { "unknown group", async s => await s.ProbeAsync(Sync(await s.GroupAsync(), new JoinGroupResponse { MemberId = Nobody, GenerationId = 1 }, named: s.Version >= 5)) },
        { "empty group id", async s =>
            {
                await s.GroupAsync();
                await s.ProbeAsync(Sync("", new JoinGroupResponse { MemberId = Nobody, GenerationId = 1 }, named: s.Version >= 5));
            }
        },
        { "wrong generation", async s =>
            {
                var group = await s.GroupAsync();
                await s.ProbeAsync(Sync(group, await s.JoinedAsync(group), generation: 7, named: s.Version >= 5));
            }
        },
        { "while members gather", async s =>
            {
                var group = await s.GroupAsync();
                await s.ProbeAsync(Sync(group, await s.PreparingAsync(group), named: s.Version >= 5));
            }
        },
        { "empty group", async s =>
            {
                var group = await s.GroupAsync();
                await s.ProbeAsync(Sync(group, await s.LeftAsync(group), named: s.Version >= 5));
            }
        },
        { "no protocol", async s =>
            {
                var group = await s.GroupAsync();
                await s.ProbeAsync(Sync(group, await s.JoinedAsync(group)));
                await s.ProbeAsync(Sync(group, await s.JoinedAsync(group + "2"), generation: 7));
                await s.ProbeAsync(Sync("", new JoinGroupResponse { MemberId = Nobody }));
            }, 5
        },
        { "other protocol", async s =>
            {
                var group = await s.GroupAsync();
                var joined = await s.JoinedAsync(group);
                foreach (var (type, name, generation, member) in new[]
                {
                    ("consumer", "other", 1, joined.MemberId), ("other", "range", 1, joined.MemberId), ("other", "range", 7, joined.MemberId), ("other", "range", 1, Nobody),
                })
                {
                    var request = Sync(group, joined, generation: generation, named: true);
                    (request.ProtocolType, request.ProtocolName, request.MemberId) = (type, name, member);
                    await s.ProbeAsync(request);
                }
            }, 5
        },
        { "static", async s =>
            {
                var group = await s.GroupAsync();
                var joined = await s.JoinedAsync(group, "i");
                await s.ProbeAsync(Sync(group, joined, "j", named: s.Version >= 5));
                await s.ProbeAsync(Sync(group, joined, "i", named: s.Version >= 5));
                await s.JoinedAsync(group, "i");
                await s.ProbeAsync(Sync(group, joined, "i", named: s.Version >= 5));
            }, 3
        },
    };

    public static CaseList Heartbeat { get; } = new(ApiKey.Heartbeat)
    {
        { "of a stable group", async s =>
            {
                var group = await s.GroupAsync();
                await s.ProbeAsync(Beat(group, await s.StableAsync(group)));
            }
        },
        { "while the assignment is awaited", async s =>
            {
                var group = await s.GroupAsync();
                await s.ProbeAsync(Beat(group, await s.JoinedAsync(group)));
            }
        },
        { "while members gather", async s =>
            {
                var group = await s.GroupAsync();
                await s.ProbeAsync(Beat(group, await s.PreparingAsync(group)));
            }
        },
        { "of an empty group", async s =>
            {
                var group = await s.GroupAsync();
                await s.ProbeAsync(Beat(group, await s.LeftAsync(group)));
            }
        },
        { "unknown member", async s =>
            {
                var group = await s.GroupAsync();
                var joined = await s.StableAsync(group);
                joined.MemberId = Nobody;
                await s.ProbeAsync(Beat(group, joined));
            }
        },
        { "unknown group", async s => await s.ProbeAsync(Beat(await s.GroupAsync(), new JoinGroupResponse { MemberId = Nobody })) },
        { "empty group id", async s =>
            {
                await s.GroupAsync();
                await s.ProbeAsync(Beat("", new JoinGroupResponse { MemberId = Nobody }));
            }
        },
        { "wrong generation", async s =>
            {
                var group = await s.GroupAsync();
                var joined = await s.StableAsync(group);
                joined.GenerationId = 0;
                await s.ProbeAsync(Beat(group, joined));
            }
        },
        { "static", async s =>
            {
                var group = await s.GroupAsync();
                var joined = await s.StableAsync(group, "i");
                await s.ProbeAsync(Beat(group, joined, "i"));
                await s.ProbeAsync(Beat(group, joined, "j"));
                await s.ProbeAsync(Beat(group, joined));
                await s.JoinedAsync(group, "i");
                await s.ProbeAsync(Beat(group, joined, "i"));
                await s.ProbeAsync(Beat(group, joined));
            }, 3
        },
    };

    public static CaseList LeaveGroup { get; } = new(ApiKey.LeaveGroup)
    {
        { "member", async s =>
            {
                var group = await s.GroupAsync();
                var joined = await s.StableAsync(group);
                await s.ProbeAsync(Leave(s, group, (joined.MemberId, null)));
                await s.ProbeAsync(Leave(s, group, (joined.MemberId, null)));
            }
        },
        { "member that is given its id", async s =>
            {
                var group = await s.GroupAsync();
                var given = await s.PrepareAsync<JoinGroupResponse>(Join(group), 4);
                await s.ProbeAsync(Leave(s, group, (given.MemberId, null)));
                await s.ProbeAsync(Join(group, given.MemberId), 4);
            }
        },
        { "unknown group", async s => await s.ProbeAsync(Leave(s, await s.GroupAsync(), (Nobody, null))) },
        { "unknown member", async s =>
            {
                var group = await s.GroupAsync();
                await s.StableAsync(group);
                await s.ProbeAsync(Leave(s, group, (Nobody, null)));
            }
        },
        { "empty group id", async s =>
            {
                await s.GroupAsync();
                await s.ProbeAsync(Leave(s, "", (Nobody, null)));
            }
        },
        { "nobody", async s =>
            {
                var group = await s.GroupAsync();
                await s.StableAsync(group);
                await s.ProbeAsync(Leave(s, group));
            }, 3
        },
        { "static members", async s =>
            {
                var group = await s.GroupAsync();
                var joined = await s.StableAsync(group, "i");
                await s.ProbeAsync(Leave(s, group, (Nobody, "i"), ("", "j"), (joined.MemberId, "j")));
                await s.ProbeAsync(Leave(s, group, ("", "i")));
            }, 3
        },
        { "several", async s =>
            {
                var group = await s.GroupAsync();
                var joined = await s.StableAsync(group);
                await s.ProbeAsync(Leave(s, group, (joined.MemberId, null), (joined.MemberId, null), (Nobody, null), ("", null)));
            }, 3
        },
    };

    public static HeartbeatRequest Beat(string group, JoinGroupResponse joined, string? instance = null) => new()
    {
        GroupId = group,
        GenerationId = joined.GenerationId,
        MemberId = joined.MemberId,
        GroupInstanceId = instance,
    };

    private static LeaveGroupRequest Leave(Scene s, string group, params (string Member, string? Instance)[] members) => s.Version < 3
        ? new LeaveGroupRequest { GroupId = group, MemberId = members[0].Member }
        : new LeaveGroupRequest
        {
            GroupId = group,
            Members = [.. members.Select(one => new LeaveGroupRequest.MemberIdentity { MemberId = one.Member, GroupInstanceId = one.Instance })],
        };
}
