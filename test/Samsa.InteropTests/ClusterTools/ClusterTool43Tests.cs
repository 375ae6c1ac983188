using Samsa.InteropTests.Support;
using Xunit;

namespace Samsa.InteropTests.ClusterTools;

public sealed class ClusterTool43Tests(BrokerFixture fixture) : ClusterToolTests("4.3", fixture), IClassFixture<BrokerFixture>;
