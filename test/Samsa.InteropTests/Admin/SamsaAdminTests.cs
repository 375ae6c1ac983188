using Xunit;

namespace Samsa.InteropTests.Admin;

public sealed class SamsaAdminTests(SamsaAdminBroker broker) : AdminTests(broker), IClassFixture<SamsaAdminBroker>;
