using System.Diagnostics;
using System.Text;
using Samsa.Protocol.Records;

namespace Samsa.Client.Diagnostics;

/// <summary>
/// The trace that a record belongs to, in its headers <c>traceparent</c> and <c>tracestate</c>, as W3C Trace Context writes them.
/// </summary>
internal static class TraceContext
{
    private const string ParentName = "traceparent";
    private const string StateName = "tracestate";
    private static readonly byte[] ParentKey = Encoding.ASCII.GetBytes(ParentName);
    private static readonly byte[] StateKey = Encoding.ASCII.GetBytes(StateName);

    /// <summary>The headers with the activity's place in its trace; as they are when they name one already, or there is none.</summary>
    public static ReadOnlySpan<RecordHeader> Add(ReadOnlySpan<RecordHeader> headers, Activity? activity)
    {
        if (activity is not { IdFormat: ActivityIdFormat.W3C, Id: { } id } || Read(headers) != default)
        {
            return headers;
        }

        var state = activity.TraceStateString;
        var all = new RecordHeader[headers.Length + (string.IsNullOrEmpty(state) ? 1 : 2)];
        headers.CopyTo(all);
        all[headers.Length] = new RecordHeader(ParentKey, Encoding.ASCII.GetBytes(id));
        if (!string.IsNullOrEmpty(state))
        {
            all[^1] = new RecordHeader(StateKey, Encoding.ASCII.GetBytes(state));
        }

        return all;
    }

    /// <summary>What the headers say; the default when they name no trace.</summary>
    public static ActivityContext Read(ReadOnlySpan<RecordHeader> headers)
    {
        ReadOnlySpan<byte> parent = default;
        ReadOnlySpan<byte> state = default;
        foreach (ref readonly var header in headers)
        {
            Take(header.Key.Span, header.Value.GetValueOrDefault().Span, ref parent, ref state);
        }

        return Parse(parent, state);
    }

    /// <summary>As <see cref="Read(ReadOnlySpan{RecordHeader})"/>.</summary>
    public static ActivityContext Read(IReadOnlyList<RecordHeader> headers)
    {
        ReadOnlySpan<byte> parent = default;
        ReadOnlySpan<byte> state = default;
        for (var i = 0; i < headers.Count; i++)
        {
            Take(headers[i].Key.Span, headers[i].Value.GetValueOrDefault().Span, ref parent, ref state);
        }

        return Parse(parent, state);
    }

    /// <summary>As <see cref="Read(ReadOnlySpan{RecordHeader})"/>, of a record that is only lent.</summary>
    public static ActivityContext Read(RecordHeaders headers)
    {
        ReadOnlySpan<byte> parent = default;
        ReadOnlySpan<byte> state = default;
        foreach (var header in headers)
        {
            Take(header.Key, header.Value.Span, ref parent, ref state);
        }

        return Parse(parent, state);
    }

    private static void Take(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, ref ReadOnlySpan<byte> parent, ref ReadOnlySpan<byte> state)
    {
        if (key.SequenceEqual(ParentKey))
        {
            parent = value;
        }
        else if (key.SequenceEqual(StateKey))
        {
            state = value;
        }
    }

    private static ActivityContext Parse(ReadOnlySpan<byte> parent, ReadOnlySpan<byte> state) =>
        !parent.IsEmpty && ActivityContext.TryParse(
            Encoding.ASCII.GetString(parent), state.IsEmpty ? null : Encoding.ASCII.GetString(state), isRemote: true, out var context)
            ? context
            : default;
}
