namespace Samsa.Client.Producer;

/// <summary>Hears of every record that was accepted and could not be delivered.</summary>
/// <remarks>
/// Called by the threads that talk to brokers, for the records of one partition in their order: to be left soon. What it throws is logged.
/// </remarks>
public delegate void DeliveryFailedHandler(in FailedRecord record);
