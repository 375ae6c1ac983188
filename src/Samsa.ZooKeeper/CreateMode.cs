namespace Samsa.ZooKeeper;

/// <summary>What kind of node a create makes. The numbers are ZooKeeper's.</summary>
public enum CreateMode
{
    /// <summary>Stays until it is deleted.</summary>
    Persistent = 0,

    /// <summary>Goes with the session.</summary>
    Ephemeral = 1,

    /// <summary>Stays; its name ends with a number that rises.</summary>
    PersistentSequential = 2,

    /// <summary>Goes with the session; its name ends with a number that rises.</summary>
    EphemeralSequential = 3,

    /// <summary>Goes some time after its last child went.</summary>
    Container = 4,

    /// <summary>Goes when it has no children and was not changed for some time.</summary>
    PersistentWithTtl = 5,

    /// <summary>As <see cref="PersistentWithTtl"/>; its name ends with a number that rises.</summary>
    PersistentSequentialWithTtl = 6,
}
