using Samsa.InteropTests.Support;
using Xunit;

namespace Samsa.InteropTests.ClusterTools;

public sealed class GroupTool39Tests(BrokerFixture fixture) : GroupToolTests("3.9", fixture), IClassFixture<BrokerFixture>;
