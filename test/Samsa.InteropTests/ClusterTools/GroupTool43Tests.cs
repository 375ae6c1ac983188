using Samsa.InteropTests.Support;
using Xunit;

namespace Samsa.InteropTests.ClusterTools;

public sealed class GroupTool43Tests(BrokerFixture fixture) : GroupToolTests("4.3", fixture), IClassFixture<BrokerFixture>;
