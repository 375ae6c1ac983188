namespace Samsa.Broker.Network;

/// <summary>What an <see cref="AnswerQueue"/> tells its connection. Called by whoever is the sender at the time.</summary>
internal interface IAnswerObserver
{
    /// <summary>The present moment as a timestamp.</summary>
    long Now { get; }

    /// <summary>An answer has been handed to the transport (or was none to send).</summary>
    /// <param name="answer">The answer.</param>
    /// <param name="sendStarted">When its turn came.</param>
    void AnswerLeft(PendingAnswer answer, long sendStarted);

    /// <summary>Nothing more will be sent; called once.</summary>
    /// <param name="cause">What failed; null when an answer asked for the connection to be closed.</param>
    void QueueBroken(Exception? cause);
}
