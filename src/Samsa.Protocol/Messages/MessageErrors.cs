using System.Diagnostics.CodeAnalysis;
using Samsa.Protocol.Wire;

namespace Samsa.Protocol.Messages;

/// <summary>The errors of generated code, out of its line of execution.</summary>
internal static class MessageErrors
{
    [DoesNotReturn]
    public static void ThrowVersion(string message, short version, int lowest, int highest) =>
        throw new UnsupportedVersionException($"{message} has no version {version}; it has {lowest} to {highest}.");

    public static ProtocolViolationException Null(string field, short version) =>
        new($"{field} is null; version {version} does not allow that.");

    public static UnsupportedVersionException Unwritable(string field, short version) =>
        new($"{field} holds a value that version {version} cannot carry.");

    public static UnsupportedVersionException UnwritableNull(string field, short version) =>
        new($"{field} is null; version {version} does not allow that.");

    public static UnsupportedVersionException UnwritableTags(string name, short version) =>
        new($"{name} holds unknown tagged fields; version {version} has no tagged fields.");
}
