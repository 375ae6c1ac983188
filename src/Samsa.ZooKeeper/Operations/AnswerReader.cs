using Samsa.Protocol.Wire;

namespace Samsa.ZooKeeper.Operations;

/// <summary>Reads the body of an answer.</summary>
/// <param name="reader">Stands behind the header.</param>
/// <param name="chroot">The client's root.</param>
/// <param name="error">Set where the body says that the operation failed, which the header does not (a multi).</param>
internal delegate T AnswerReader<out T>(ref WireReader reader, Chroot chroot, ref KeeperError error);
