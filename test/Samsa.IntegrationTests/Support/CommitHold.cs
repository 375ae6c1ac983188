namespace Samsa.IntegrationTests.Support;

/// <summary>What of a commit is held back.</summary>
internal enum CommitHold
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>The request: nothing is committed.</summary>
    Requests,

    /// <summary>The answer: it is committed, and the client does not know.</summary>
    Answers,
}
