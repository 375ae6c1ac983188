// Requests to a ZooKeeper server, by our client: one after the other, and many under way. bench/compare/zookeeper.py runs it.
using System.Globalization;
using Samsa.ZooKeeper;

if (args is not [var address, var seconds, var inFlight, .. var rest] || rest.Length > 1)
{
    await Console.Error.WriteLineAsync(
        "usage: zookeeper-load HOST:PORT SECONDS IN-FLIGHT [NODES]\n"
        + "Prints one JSON object of operations per second. With NODES it makes so many nodes instead, and prints how long that took.");
    return 2;
}

TimeSpan span = TimeSpan.FromSeconds(double.Parse(seconds, CultureInfo.InvariantCulture));
int many = int.Parse(inFlight, CultureInfo.InvariantCulture);
byte[] data = new byte[100];
await using ZooKeeperClient client = ZooKeeperClient.Start(address);
await client.WaitConnectedAsync();
string root = await client.CreateAsync("/load-", data, CreateMode.PersistentSequential);
int made = 0;
if (rest is [var count])
{
    int nodes = int.Parse(count, CultureInfo.InvariantCulture);
    double perSecond = await RateAsync(many, Create, nodes);
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $$"""{"nodes": {{nodes}}, "seconds": {{nodes / perSecond:0.000}}}"""));
    return 0;
}

double createOne = await RateAsync(1, Create);
double getOne = await RateAsync(1, Get);
double createMany = await RateAsync(many, Create);
double getMany = await RateAsync(many, Get);
Console.WriteLine(string.Create(
    CultureInfo.InvariantCulture,
    $$"""{"create": {{createOne:0.0}}, "get": {{getOne:0.0}}, "create_many": {{createMany:0.0}}, "get_many": {{getMany:0.0}}}"""));
return 0;

async Task CreateAsync() => await client.CreateAsync($"{root}/{made++}", data);

async Task GetAsync() => await client.GetDataAsync(root);

Task Create() => CreateAsync();

Task Get() => GetAsync();

// Operations per second with so many under way: each that is answered is followed by the next, in the order of the requests.
async Task<double> RateAsync(int underWay, Func<Task> operation, int count = int.MaxValue)
{
    int sent = 0;
    var waiting = new Queue<Task>();
    long done = 0;
    long begun = TimeProvider.System.GetTimestamp();
    TimeSpan took;
    do
    {
        for (; waiting.Count < underWay && sent < count; sent++)
            waiting.Enqueue(operation());
        await waiting.Dequeue();
        done++;
        took = TimeProvider.System.GetElapsedTime(begun);
    }
    while (count == int.MaxValue ? took < span : done < count);
    await Task.WhenAll(waiting);
    return done / took.TotalSeconds;
}
