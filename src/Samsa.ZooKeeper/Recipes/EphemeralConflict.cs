namespace Samsa.ZooKeeper.Recipes;

/// <summary>What to do with a node that another session owns, in the place of ours.</summary>
public enum EphemeralConflict
{
    /// <summary>Wait until it goes, with the other session.</summary>
    Wait,

    /// <summary>Delete it: it was made by a life of ours that is over.</summary>
    Replace,

    /// <summary>Give up: <see cref="EphemeralRegistration.Registered"/> fails with <see cref="KeeperError.NodeExists"/>.</summary>
    Fail,
}
