namespace Samsa.InteropTests.Admin;

public sealed class SamsaAdminBroker() : AdminBroker("in-process");
