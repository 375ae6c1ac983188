namespace Samsa.ZooKeeper.Server.Files;

/// <summary>
/// The files of a server, the seam at which tests cut the power. Any thread. Every failure is an <see cref="IOException"/>.
/// (Storage has a richer one for partition logs; the walls between the projects keep it there.)
/// </summary>
internal interface IDataFileSystem
{
    /// <summary>Makes a directory with its parents, if it is not there; their names are on stable storage then.</summary>
    void CreateDirectory(string path);

    /// <summary>The names (without the directory) of the files in a directory; none when it is not there.</summary>
    IReadOnlyList<string> List(string directory);

    /// <summary>Creates an empty file, which must not be there.</summary>
    IDataFile Create(string path);

    /// <summary>Opens a file that is there, to read and to write.</summary>
    IDataFile Open(string path);

    bool Exists(string path);

    void Delete(string path);

    /// <summary>Gives a file another name; one that has it already is replaced.</summary>
    void Move(string from, string to);

    /// <summary>Returns when the names in the directory are on stable storage.</summary>
    void FlushDirectory(string path);
}
