using Samsa.InteropMember;

// LIBRARY BOOTSTRAP TOPIC GROUP [ASSIGNOR | consumer]: one member of a group, for the interoperability tests, in a process that can be killed. LIBRARY is samsa,
// samsa-parallel, or confluent, also as confluent=FILE with another librdkafka than the operating system's; consumer stands for groups of KIP-848.
using var output = new MemberOutput();
var how = args.Length > 4 ? args[4] : null;
switch (args[0].Split('='))
{
    case ["samsa"] or ["samsa-parallel"]:
        await SamsaMember.RunAsync(args[1], args[2], args[3], how, args[0] == "samsa-parallel", output);
        return 0;
    case ["confluent"]:
        ConfluentMember.Run("librdkafka.so.1", args[1], args[2], args[3], how, output);
        return 0;
    case ["confluent", var library]:
        ConfluentMember.Run(library, args[1], args[2], args[3], how, output);
        return 0;
    default:
        Console.Error.WriteLine($"No library '{args[0]}'.");
        return 64;
}
