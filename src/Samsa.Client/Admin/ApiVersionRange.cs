namespace Samsa.Client.Admin;

/// <summary>An API and its versions. The key is a number, because a broker may be newer than this client.</summary>
/// <param name="ApiKey">Kafka's number of the API.</param>
/// <param name="Lowest">The lowest version.</param>
/// <param name="Highest">The highest version.</param>
public sealed record ApiVersionRange(short ApiKey, short Lowest, short Highest);
