namespace Samsa.Protocol.Messages;

/// <summary>A mutable object that can be compared by content (its <c>Equals</c> stays a comparison of references).</summary>
public interface IContentEquatable<T> where T : class
{
    /// <summary>Compares all fields, in depth.</summary>
    bool ContentEquals(T? other);
}
