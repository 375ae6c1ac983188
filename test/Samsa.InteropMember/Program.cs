using Samsa.InteropMember;

// LIBRARY BOOTSTRAP TOPIC GROUP [ASSIGNOR]: one member of a group, for the interoperability tests, in a process that can be killed.
var output = new MemberOutput();
switch (args[0])
{
    case "confluent":
        ConfluentMember.Run(args[1], args[2], args[3], args.Length > 4 ? args[4] : null, output);
        return 0;
    default:
        Console.Error.WriteLine($"No library '{args[0]}'.");
        return 64;
}
