using Samsa.Protocol;
using Samsa.Protocol.Messages;
using static Samsa.InteropTests.Differential.Cases.ConsumerGroupScene;

namespace Samsa.InteropTests.Differential.Cases;

/// <summary>What members of consumer groups do (KIP-848): ConsumerGroupHeartbeat, and what committing, listing and deleting mean with them.</summary>
internal static class ConsumerGroupCases
{
    public static CaseList Heartbeat { get; } = new(ApiKey.ConsumerGroupHeartbeat)
    {
        { "first", async s =>
            {
                var (group, topic) = (await s.GroupAsync(), await s.GroupTopicAsync(3));
                await s.ProbeAsync(Joining(group, "m1", topic.Name));
                await s.ProbeAsync(Going(group, "m1", 2));
                await s.LookAsync(group);
            }
        },
        { "first for a topic that is not there", async s =>
            {
                var group = await s.GroupAsync();
                await s.ProbeAsync(Joining(group, "m1", "nobody"));
                await s.LookAsync(group);
            }
        },
        { "empty group id", async s =>
            {
                await s.GroupAsync();
                await s.ProbeAsync(Joining("", "m1", "t"));
            }
        },
        { "empty member id", async s => await s.ProbeAsync(Joining(await s.GroupAsync(), "", "t")), 1 },
        { "empty member id later", async s => await s.ProbeAsync(Going(await s.GroupAsync(), "", 1)) },
        { "empty instance id", async s => await s.ProbeAsync(Joining(await s.GroupAsync(), "m1", "t", "")) },
        { "empty rack", async s =>
            {
                var request = Joining(await s.GroupAsync(), "m1", "t");
                request.RackId = "";
                await s.ProbeAsync(request);
            }
        },
        { "no rebalance timeout", async s =>
            {
                var request = Joining(await s.GroupAsync(), "m1", "t");
                request.RebalanceTimeoutMs = -1;
                await s.ProbeAsync(request);
            }
        },
        { "no subscription", async s => await s.ProbeAsync(Joining(await s.GroupAsync(), "m1", null)) },
        { "empty subscription", async s =>
            {
                var request = Joining(await s.GroupAsync(), "m1", "t");
                request.SubscribedTopicNames = [];
                await s.ProbeAsync(request);
            }
        },
        { "partitions when joining", async s =>
            {
                var (group, topic) = (await s.GroupAsync(), await s.GroupTopicAsync());
                var request = Owning(group, "m1", 0, topic, 0);
                (request.RebalanceTimeoutMs, request.SubscribedTopicNames) = (1000, [topic.Name]);
                await s.ProbeAsync(request);
                request.TopicPartitions = null;
                await s.ProbeAsync(request);
            }
        },
        { "epoch minus three", async s => await s.ProbeAsync(Going(await s.GroupAsync(), "m1", -3)) },
        { "epoch minus two without an instance", async s => await s.ProbeAsync(Going(await s.GroupAsync(), "m1", -2)) },
        { "unknown assignor", async s => await s.ProbeAsync(Joining(await s.GroupAsync(), "m1", "t", assignor: "mine")) },
        { "unknown group", async s => await s.ProbeAsync(Going(await s.GroupAsync(), "m1", 2)) },
        { "leaving an unknown group", async s => await s.ProbeAsync(Going(await s.GroupAsync(), "m1", -1)) },
        { "unknown member", async s =>
            {
                var (group, topic) = (await s.GroupAsync(), await s.GroupTopicAsync());
                await s.InAsync(group, "m1", topic);
                await s.ProbeAsync(Going(group, "m2", 2));
                await s.ProbeAsync(Going(group, "m2", -1));
            }
        },
        { "epochs that are not its own", async s =>
            {
                var (group, topic) = (await s.GroupAsync(), await s.GroupTopicAsync(2));
                await s.InAsync(group, "m1", topic);
                await s.ProbeAsync(Going(group, "m1", 3));
                await s.BeatAsync(Going(group, "m1", -1));
                await s.InAsync(group, "m1", topic);
                await s.ProbeAsync(Going(group, "m1", 2));
                await s.ProbeAsync(Owning(group, "m1", 2, topic, 0));
                await s.LookAsync(group);
            }
        },
        { "joining again", async s =>
            {
                var (group, topic) = (await s.GroupAsync(), await s.GroupTopicAsync(2));
                await s.InAsync(group, "m1", topic);
                await s.ProbeAsync(Joining(group, "m1", topic.Name));
                await s.InAsync(group, "m2", topic);
                await s.ProbeAsync(Joining(group, "m1", topic.Name));
                await s.LookAsync(group);
            }
        },
        { "the epoch before", async s =>
            {
                var (group, topic) = (await s.GroupAsync(), await s.GroupTopicAsync(2));
                await s.InAsync(group, "m1", topic);
                await s.InAsync(group, "m2", topic);
                await s.BeatAsync(Owning(group, "m1", 2, topic, 0, 1));
                await s.BeatAsync(Owning(group, "m1", 2, topic, 0));
                await s.ProbeAsync(Owning(group, "m1", 2, topic, 0));
                await s.ProbeAsync(Owning(group, "m1", 2, topic, 1));
                await s.ProbeAsync(Going(group, "m1", 2));
                await s.LookAsync(group);
            }
        },
        { "a second member", async s =>
            {
                var (group, topic) = (await s.GroupAsync(), await s.GroupTopicAsync(4));
                await s.InAsync(group, "m1", topic);
                await s.ProbeAsync(Joining(group, "m2", topic.Name));
                await s.LookAsync(group);
                await s.ProbeAsync(Going(group, "m1", 2));
                await s.LookAsync(group);
                await s.ProbeAsync(Going(group, "m2", 3));
                await s.ProbeAsync(Owning(group, "m1", 2, topic, 0, 1, 2, 3));
                await s.ProbeAsync(Owning(group, "m1", 2, topic, 0, 1));
                await s.ProbeAsync(Going(group, "m2", 3));
                await s.LookAsync(group);
            }
        },
        { "a second member while the first owns nothing", async s =>
            {
                var (group, topic) = (await s.GroupAsync(), await s.GroupTopicAsync(4));
                await s.InAsync(group, "m1", topic);
                await s.InAsync(group, "m2", topic);
                await s.ProbeAsync(Owning(group, "m1", 2, topic));
                await s.ProbeAsync(Going(group, "m2", 3));
                await s.LookAsync(group);
            }
        },
        { "seven partitions for three", async s =>
            {
                var (group, topic) = (await s.GroupAsync(), await s.GroupTopicAsync(7));
                foreach (var member in new[] { "alpha", "beta", "gamma" })
                    await s.InAsync(group, member, topic);
                await s.LookAsync(group);
                await s.ProbeAsync(Going(group, "beta", -1));
                await s.ProbeAsync(Going(group, "gamma", 4));
            }
        },
        { "seven partitions for three by range", async s =>
            {
                var (group, topic) = (await s.GroupAsync(), await s.GroupTopicAsync(7));
                foreach (var member in new[] { "gamma", "alpha", "beta" })
                    await s.ProbeAsync(Joining(group, member, topic.Name, assignor: "range"));
                await s.LookAsync(group);
            }
        },
        { "static members by range", async s =>
            {
                var (group, topic) = (await s.GroupAsync(), await s.GroupTopicAsync(5));
                await s.ProbeAsync(Joining(group, "a", topic.Name, "i2", "range"));
                await s.ProbeAsync(Joining(group, "b", topic.Name, "i1", "range"));
                await s.ProbeAsync(Joining(group, "c", topic.Name, null, "range"));
                await s.LookAsync(group);
            }
        },
        { "an assignor that most want", async s =>
            {
                var (group, topic) = (await s.GroupAsync(), await s.GroupTopicAsync(4));
                await s.BeatAsync(Joining(group, "m1", topic.Name, assignor: "range"));
                await s.LookAsync(group);
                await s.BeatAsync(Joining(group, "m2", topic.Name, assignor: "uniform"));
                await s.BeatAsync(Joining(group, "m3", topic.Name, assignor: "uniform"));
                await s.LookAsync(group);
            }
        },
        { "different topics", async s =>
            {
                var group = await s.GroupAsync();
                var (one, two) = (await s.GroupTopicAsync(4, suffix: "one"), await s.GroupTopicAsync(2, suffix: "two"));
                await s.InAsync(group, "m1", one);
                var both = Joining(group, "m2", one.Name);
                both.SubscribedTopicNames = [one.Name, two.Name];
                await s.ProbeAsync(both);
                await s.ProbeAsync(Owning(group, "m1", 2, one, 0, 1, 2, 3));
            }
        },
        { "another subscription", async s =>
            {
                var group = await s.GroupAsync();
                var (one, two) = (await s.GroupTopicAsync(2, suffix: "one"), await s.GroupTopicAsync(2, suffix: "two"));
                await s.InAsync(group, "m1", one);
                var other = Owning(group, "m1", 2, one, 0, 1);
                other.SubscribedTopicNames = [two.Name];
                await s.ProbeAsync(other);
                await s.LookAsync(group);
                await s.ProbeAsync(Owning(group, "m1", 2, one));
                await s.LookAsync(group);
            }
        },
        { "more partitions", async s =>
            {
                var (group, topic) = (await s.GroupAsync(), await s.GroupTopicAsync(1));
                await s.InAsync(group, "m1", topic);
                await s.PrepareAsync<CreatePartitionsResponse>(
                    new CreatePartitionsRequest { TimeoutMs = 60_000, Topics = [new CreatePartitionsRequest.CreatePartitionsTopic { Name = topic.Name, Count = 3, Assignments = null }] }, 3);
                await s.AwaitBeatAsync(Going(group, "m1", 2), answer => answer.MemberEpoch == 3);
                await s.LookAsync(group);
            }
        },
        { "leaving", async s =>
            {
                var (group, topic) = (await s.GroupAsync(), await s.GroupTopicAsync(2));
                await s.InAsync(group, "m1", topic);
                await s.InAsync(group, "m2", topic);
                await s.ProbeAsync(Going(group, "m2", -1));
                await s.ProbeAsync(Going(group, "m2", -1));
                await s.LookAsync(group);
                await s.ProbeAsync(Going(group, "m1", 2));
                await s.ProbeAsync(Going(group, "m1", -1));
                await s.LookAsync(group);
            }
        },
        { "static", async s =>
            {
                var (group, topic) = (await s.GroupAsync(), await s.GroupTopicAsync(2));
                await s.ProbeAsync(Joining(group, "m1", topic.Name, "i"));
                await s.ProbeAsync(Joining(group, "m2", topic.Name, "i"));
                await s.ProbeAsync(Joining(group, "m1", topic.Name, "i"));
                await s.ProbeAsync(Going(group, "m2", 2, "i"));
                await s.ProbeAsync(Going(group, "m1", 2, "j"));
                await s.ProbeAsync(Going(group, "m1", 2, "i"));
                await s.ProbeAsync(Going(group, "m1", 2));
                await s.LookAsync(group);
            }
        },
        { "static that comes back", async s =>
            {
                var (group, topic) = (await s.GroupAsync(), await s.GroupTopicAsync(4));
                await s.InAsync(group, "m1", topic, "i");
                await s.InAsync(group, "m2", topic);
                await s.BeatAsync(Owning(group, "m1", 2, topic, 0, 1));
                await s.BeatAsync(Going(group, "m2", 3));
                await s.ProbeAsync(Going(group, "m1", -2, "i"));
                await s.LookAsync(group);
                await s.ProbeAsync(Going(group, "m1", -2, "i"));
                await s.ProbeAsync(Joining(group, "m3", topic.Name, "i"));
                await s.LookAsync(group);
                await s.ProbeAsync(Going(group, "m1", 3, "i"));
                await s.ProbeAsync(Going(group, "m3", -1, "i"));
                await s.LookAsync(group);
            }
        },
        { "a regular expression", async s =>
            {
                var group = await s.GroupAsync();
                await s.GroupTopicAsync(2, suffix: "one");
                await s.GroupTopicAsync(1, suffix: "two");
                var request = Joining(group, "m1", null);
                request.SubscribedTopicRegex = s.Name("(one|t..)");
                await s.ProbeAsync(request);
                await s.AwaitBeatAsync(Going(group, "m1", 1), answer => answer.MemberEpoch != 1);
                await s.ProbeAsync(Going(group, "m1", 2));
                await s.LookAsync(group);
                var names = Going(group, "m1", 2);
                (names.SubscribedTopicRegex, names.SubscribedTopicNames) = ("", [s.Name("one")]);
                await s.ProbeAsync(names);
                await s.LookAsync(group);
            }, 1
        },
        { "regular expressions that are none", async s =>
            {
                var group = await s.GroupAsync();
                foreach (var pattern in new[] { "(", "[", "*", "a{2,1}", "(?<=a)b", "(?=a)", "\\1", "(?>a)", "[[:nope:]]", "\\Z", "(?P<n", "a**", "\\8", "(?#x)a", "\\" })
                {
                    var request = Joining(group, "m1", null);
                    request.SubscribedTopicRegex = pattern;
                    await s.ProbeAsync(request);
                }
            }, 1
        },
    };
}
