namespace Samsa.Client.Producer;

/// <summary>Keeps <see cref="PendingDelivery"/> objects for the next records. Entered from any thread.</summary>
internal sealed class DeliveryPool
{
    private const int MostIdle = 16384;

    private readonly Lock _gate = new();
    private readonly Stack<PendingDelivery> _idle = new();

    public PendingDelivery Rent()
    {
        lock (_gate)
        {
            if (_idle.TryPop(out var idle))
            {
                return idle;
            }
        }

        return new PendingDelivery(this);
    }

    public void Return(PendingDelivery delivery)
    {
        lock (_gate)
        {
            if (_idle.Count < MostIdle)
            {
                _idle.Push(delivery);
            }
        }
    }
}
