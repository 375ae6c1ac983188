using Samsa.Protocol.Messages;
using Samsa.Protocol.Wire;

namespace Samsa.Broker.Api;

/// <summary>Encodes an answer as a whole frame: length, header, body.</summary>
public static class AnswerEncoder
{
    /// <summary>
    /// Encodes into a new writer, which must be given to <see cref="Release"/>. Record regions of the answer become splices of
    /// the writer.
    /// </summary>
    /// <exception cref="InvalidOperationException">The answer is longer than the 2 GiB that a frame can say.</exception>
    public static WireWriter Encode(RequestContext context, IMessage answer)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(answer);
        var writer = new WireWriter();
        try
        {
            var length = writer.ReserveInt32();
            writer.WriteInt32(context.Header.CorrelationId);
            if (MessageRegistry.ResponseHeaderVersion(context.ApiKey, context.AnswerVersion) > 0)
            {
                TaggedFields.Write(writer, null);
            }

            answer.Write(writer, context.AnswerVersion);
            var bytes = writer.TotalLength - sizeof(int);
            if (bytes > int.MaxValue)
            {
                throw new InvalidOperationException($"The answer to {context.ApiKey} has {bytes} bytes, more than a frame can hold.");
            }

            writer.PatchInt32(length, (int)bytes);
            return writer;
        }
        catch
        {
            Release(writer);
            throw;
        }
    }

    /// <summary>Gives back the buffer of an encoded answer and disposes its record regions.</summary>
    public static void Release(WireWriter encoded)
    {
        ArgumentNullException.ThrowIfNull(encoded);
        foreach (var splice in encoded.Splices)
        {
            (splice.Region as IDisposable)?.Dispose();
        }

        encoded.Dispose();
    }
}
