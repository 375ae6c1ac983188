namespace Samsa.Broker.Api.Admin;

/// <summary>The operations that a client may do, as bits (1 &lt;&lt; operation). Without an authorizer everybody may do everything.</summary>
internal static class AuthorizedOperations
{
    /// <summary>The request did not ask.</summary>
    public const int NotAsked = int.MinValue;

    /// <summary>Read, write, create, delete, alter, describe, describe configs, alter configs.</summary>
    private const int AllOfTopic = 0b1101_1111_1000;

    /// <summary>Create, alter, describe, cluster action, describe configs, alter configs, idempotent write.</summary>
    private const int AllOfCluster = 0b1_1111_1010_0000;

    /// <summary>Read, delete, describe, describe configs, alter configs.</summary>
    private const int AllOfGroup = 0b1101_0100_1000;

    public static int OfGroup(bool asked) => asked ? AllOfGroup : NotAsked;

    public static int OfTopic(bool asked) => asked ? AllOfTopic : NotAsked;

    public static int OfCluster(bool asked) => asked ? AllOfCluster : NotAsked;
}
