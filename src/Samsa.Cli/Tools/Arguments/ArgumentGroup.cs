namespace Samsa.Cli.Tools.Arguments;

/// <summary>Arguments that exclude each other, or only stand together in the help.</summary>
/// <param name="IsExclusive">At most one of them may be given.</param>
/// <param name="IsRequired">Exactly one of them has to be given.</param>
/// <param name="Title">The title of their part of the help; null for none.</param>
/// <param name="Description">What the help says about them; null for nothing. Without title and description they stand among the others.</param>
internal sealed record ArgumentGroup(bool IsExclusive, bool IsRequired, string? Title = null, string? Description = null)
{
    /// <summary>True when the help gives them a part of their own.</summary>
    public bool HasOwnPart => Title is not null || Description is not null;
}
