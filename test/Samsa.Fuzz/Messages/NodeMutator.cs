using Samsa.Fuzz.Records;
using Samsa.Generators.Schema;

namespace Samsa.Fuzz.Messages;

/// <summary>Changes a tree of values at one to a few places, so that it stays a message that can be encoded. One thread at a time.</summary>
internal sealed class NodeMutator(Random random)
{
    private readonly NodeSource _source = new(random);

    public void Mutate(MessageSchema message, int version, Node root)
    {
        for (var edits = 1 + random.Next(4); edits > 0; edits--)
        {
            var all = new List<Node>();
            root.Collect(all);
            Change(message, version, all[random.Next(all.Count)], all);
        }
    }

    private void Change(MessageSchema message, int version, Node node, List<Node> all)
    {
        if (node.IsArray)
        {
            ChangeArray(message, version, node);
            return;
        }

        if (node.Layout is not null)
        {
            ChangeStruct(message, version, node);
            return;
        }

        switch (node.Element)
        {
            case "string" or "bytes" or "records" or "uuid":
                ChangeBytes(message, version, node, all);
                break;
            case "bool":
                node.Number ^= random.Next(8) == 0 ? 0x7e : 1;
                break;
            default:
                node.Number = random.Next(5) switch
                {
                    0 => node.Number + random.Next(-2, 3),
                    1 => node.Number ^ (1L << random.Next(64)),
                    _ => _source.Number(node.Field),
                };
                break;
        }
    }

    private void ChangeBytes(MessageSchema message, int version, Node node, List<Node> all)
    {
        if (random.Next(12) == 0 && node.Element != "uuid")
        {
            node.IsNull = !node.IsNull;
        }
        else if (node.Element == "records" && random.Next(4) > 0)
        {
            node.Bytes = new BatchForge(random).Mutate(node.Bytes);
        }
        else if (random.Next(4) == 0 && all.FindAll(other => other.Element == node.Element && other.Bytes.Length > 0) is { Count: > 0 } same)
        {
            node.Bytes = same[random.Next(same.Count)].Bytes;
        }
        else if (random.Next(4) == 0)
        {
            node.Bytes = ByteEdits.Apply(node.Bytes, random);
        }
        else
        {
            node.Bytes = _source.Element(message, node.Field!, version).Bytes;
        }
    }

    private void ChangeArray(MessageSchema message, int version, Node node)
    {
        switch (random.Next(8))
        {
            case 0:
                node.IsNull = !node.IsNull;
                break;
            case 1:
                node.Items.Clear();
                break;
            case 2 or 3 when node.Items.Count > 0:
                node.Items.Add(node.Items[random.Next(node.Items.Count)].Copy());
                break;
            case 4 when node.Items.Count > 0:
                node.Items.RemoveAt(random.Next(node.Items.Count));
                break;
            case 5 when node.Items.Count > 0:
                var copies = random.Next(10) == 0 ? random.Next(1000) : random.Next(20);
                node.Items.AddRange(Enumerable.Repeat(node.Items[random.Next(node.Items.Count)], copies).Select(item => item.Copy()).ToList());
                break;
            default:
                node.Items.Add(_source.Element(message, node.Field!, version));
                break;
        }
    }

    private void ChangeStruct(MessageSchema message, int version, Node node)
    {
        var field = node.Layout!.Fields.Count == 0 ? null : node.Layout.Fields[random.Next(node.Layout.Fields.Count)];
        if (field is null || random.Next(6) == 0)
        {
            node.UnknownTags.Add(new((uint)random.Next(5), new byte[random.Next(6)]));
            return;
        }

        node.IsNull = random.Next(20) == 0;
        node.Items.RemoveAll(item => item.Field == field);
        node.Items.Add(_source.Value(message, field, version));
    }
}
