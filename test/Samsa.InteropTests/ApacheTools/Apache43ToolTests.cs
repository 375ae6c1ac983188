using Samsa.InteropTests.Support;
using Xunit;

namespace Samsa.InteropTests.ApacheTools;

public sealed class Apache43ToolTests(BrokerFixture fixture) : ApacheToolTests("4.3", fixture), IClassFixture<BrokerFixture>;
