namespace Samsa.UnitTests.Storage.Crashes;

/// <summary>A file or a folder, whatever name it has at the moment.</summary>
internal abstract class DiskNode;
