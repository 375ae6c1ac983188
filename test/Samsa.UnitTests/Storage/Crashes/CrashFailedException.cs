namespace Samsa.UnitTests.Storage.Crashes;

/// <summary>A power cut after which a promise was broken. The message has the seed, the cut, and what the disk did before.</summary>
internal sealed class CrashFailedException(string message, Exception inner) : Exception(message, inner);
