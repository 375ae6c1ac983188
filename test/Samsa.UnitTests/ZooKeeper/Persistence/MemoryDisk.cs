using Samsa.ZooKeeper.Server.Files;

namespace Samsa.UnitTests.ZooKeeper.Persistence;

/// <summary>
/// A disk in memory that can lose its power: what was not flushed is then kept, lost or mixed, page by page and name by name.
/// </summary>
internal sealed class MemoryDisk : IDataFileSystem
{
    private const int Page = 64;

    private readonly Dictionary<string, Content> _names = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Content> _durableNames = new(StringComparer.Ordinal);

    /// <summary>Called before each change; throws to make it fail.</summary>
    public Action<string>? BeforeChange { get; set; }

    public IEnumerable<string> Files => _names.Keys.Order(StringComparer.Ordinal);

    public void CreateDirectory(string path)
    {
    }

    public IReadOnlyList<string> List(string directory) =>
        [.. _names.Keys.Where(path => Path.GetDirectoryName(path) == directory).Select(path => Path.GetFileName(path))];

    public IDataFile Create(string path)
    {
        BeforeChange?.Invoke($"create {path}");
        if (_names.ContainsKey(path))
        {
            throw new IOException($"{path} is there already");
        }

        return new Handle(this, _names[path] = new Content(), path);
    }

    public IDataFile Open(string path) =>
        new Handle(this, _names.TryGetValue(path, out var content) ? content : throw new FileNotFoundException(path), path);

    public bool Exists(string path) => _names.ContainsKey(path);

    public void Delete(string path)
    {
        BeforeChange?.Invoke($"delete {path}");
        _names.Remove(path);
    }

    public void Move(string from, string to)
    {
        BeforeChange?.Invoke($"move {from} to {to}");
        _names[to] = _names[from];
        _names.Remove(from);
    }

    public void FlushDirectory(string path)
    {
        BeforeChange?.Invoke($"flush {path}");
        foreach (var name in _names.Keys.Union(_durableNames.Keys).Where(name => Path.GetDirectoryName(name) == path).ToArray())
        {
            if (_names.TryGetValue(name, out var content))
            {
                _durableNames[name] = content;
            }
            else
            {
                _durableNames.Remove(name);
            }
        }
    }

    public byte[] Read(string path) => _names[path].Now;

    public void Write(string path, byte[] bytes) => _names[path] = _durableNames[path] = new Content { Now = bytes, Durable = bytes };

    /// <summary>A copy of what is left when the power goes now.</summary>
    public MemoryDisk Cut(Random random)
    {
        var left = new MemoryDisk();
        foreach (var name in _names.Keys.Union(_durableNames.Keys).Order(StringComparer.Ordinal))
        {
            var durable = _durableNames.GetValueOrDefault(name);
            var now = _names.GetValueOrDefault(name);
            var chosen = ReferenceEquals(durable, now) || random.Next(2) == 0 ? durable : now;
            if (chosen is not null)
            {
                left.Write(name, chosen.Cut(random));
            }
        }

        return left;
    }

    private sealed class Content
    {
        public byte[] Now { get; set; } = [];

        public byte[] Durable { get; set; } = [];

        public byte[] Cut(Random random)
        {
            var result = new byte[random.Next(3) switch { 0 => Durable.Length, 1 => Now.Length, _ => Math.Min(Durable.Length, Now.Length) }];
            for (var at = 0; at < result.Length; at += Page)
            {
                var source = random.Next(2) == 0 ? Durable : Now;
                var end = Math.Min(result.Length, at + Page);
                for (var i = at; i < end && i < source.Length; i++)
                {
                    result[i] = source[i];
                }
            }

            return result;
        }
    }

    private sealed class Handle(MemoryDisk disk, Content content, string path) : IDataFile
    {
        public long Length => content.Now.Length;

        public int Read(Span<byte> buffer, long position)
        {
            var count = (int)Math.Min(buffer.Length, Math.Max(0, content.Now.Length - position));
            content.Now.AsSpan((int)position, count).CopyTo(buffer);
            return count;
        }

        public void Write(ReadOnlySpan<byte> bytes, long position)
        {
            disk.BeforeChange?.Invoke($"write {bytes.Length} bytes at {position} of {path}");
            var changed = content.Now.AsSpan().ToArray();
            if (changed.Length < position + bytes.Length)
            {
                Array.Resize(ref changed, (int)position + bytes.Length);
            }

            bytes.CopyTo(changed.AsSpan((int)position));
            content.Now = changed;
        }

        public void SetLength(long length)
        {
            disk.BeforeChange?.Invoke($"set length of {path} to {length}");
            var changed = content.Now.AsSpan().ToArray();
            Array.Resize(ref changed, (int)length);
            content.Now = changed;
        }

        public void Flush()
        {
            disk.BeforeChange?.Invoke($"flush {path}");
            content.Durable = content.Now;
        }

        public void Dispose()
        {
        }
    }
}
