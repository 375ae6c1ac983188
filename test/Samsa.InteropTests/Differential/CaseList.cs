using Samsa.Protocol;
using Samsa.Protocol.Messages;

namespace Samsa.InteropTests.Differential;

/// <summary>The cases of one API. Written as collection initializers: a name, a script, and where needed the versions.</summary>
internal sealed class CaseList(ApiKey api) : System.Collections.IEnumerable
{
    private readonly List<WireCase> _cases = [];

    public ApiKey Api => api;

    public IReadOnlyList<WireCase> Cases => _cases;

    public void Add(string name, Func<Scene, Task> script, short from = 0, short to = short.MaxValue, bool alone = false) =>
        _cases.Add(new WireCase(name, script) { From = from, To = to, Alone = alone });

    /// <summary>A case that is one request.</summary>
    public void Add(string name, Func<Scene, IMessage> request, short from = 0, short to = short.MaxValue, bool alone = false) =>
        Add(name, scene => scene.ProbeAsync(request(scene)), from, to, alone);

    public System.Collections.IEnumerator GetEnumerator() => _cases.GetEnumerator();
}
