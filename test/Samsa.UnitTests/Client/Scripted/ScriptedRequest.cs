using Samsa.Client.Connections;
using Samsa.Protocol;
using Samsa.Protocol.Messages;

namespace Samsa.UnitTests.Client.Scripted;

/// <summary>A request as a scripted broker received it.</summary>
internal sealed record ScriptedRequest(BrokerAddress Broker, ApiKey Key, short Version, RequestHeader Header, IMessage Message);
