using Samsa.InteropTests.Support;
using Xunit;

namespace Samsa.InteropTests.ApacheTools;

public sealed class Apache39ToolTests(BrokerFixture fixture) : ApacheToolTests("3.9", fixture), IClassFixture<BrokerFixture>;
