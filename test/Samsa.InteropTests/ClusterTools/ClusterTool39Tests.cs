using Samsa.InteropTests.Support;
using Xunit;

namespace Samsa.InteropTests.ClusterTools;

public sealed class ClusterTool39Tests(BrokerFixture fixture) : ClusterToolTests("3.9", fixture), IClassFixture<BrokerFixture>;
