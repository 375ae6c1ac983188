using System.Runtime.ExceptionServices;
using Samsa.Client.Consumer.Fetching;
using Samsa.Client.Consumer.Parallel;

namespace Samsa.Client.Consumer;

/// <content>Records processed in parallel.</content>
public sealed partial class KafkaConsumer<TKey, TValue>
{
    /// <summary>
    /// Processes the records of the consumer's partitions, several at once: those with one key of a partition in their order, others in any
    /// (<see cref="ProcessingOptions.Order"/>). Without end, until it is cancelled or something fails.
    /// </summary>
    /// <remarks>
    /// <para>
    /// Offsets are kept as done up to the first record that is not finished, and committed as <see cref="ConsumerOptions.EnableAutoCommit"/> says; after a
    /// crash a record comes again when it, or one before it in its partition, was not finished. Records that are finished behind one that is not count for
    /// <see cref="ProcessingOptions.MaxPendingRecords"/>; at that number the consumer takes no more.
    /// </para>
    /// <para>
    /// Cancellation, or a failed processing, lets no more records begin. Records in work have <see cref="ProcessingOptions.StopTimeout"/> to end; then their own
    /// token is cancelled, and what they do counts no more. The position is then at the first record of each partition that is not finished. Dispose the
    /// consumer after that: it commits a last time.
    /// </para>
    /// <para>
    /// When the group gives partitions to another consumer, no more of their records begin; those in work have
    /// <see cref="ProcessingOptions.RevocationTimeout"/> to end before offsets are committed and <see cref="RebalanceListener.Revoked"/> is called. A
    /// consumer whose records do not end for <see cref="ConsumerOptions.MaxPollInterval"/> while it may take no more is left out of its group.
    /// </para>
    /// <para>
    /// A record that cannot be deserialized is decided on by the handler that the consumer was made with, in the order of its partition.
    /// </para>
    /// </remarks>
    /// <param name="process">The work on one record.</param>
    /// <param name="options">How; the defaults without.</param>
    /// <param name="onFailure">Decides on records whose processing failed; null throws.</param>
    /// <param name="cancellationToken">Asks for the end.</param>
    /// <exception cref="OperationCanceledException">It was cancelled, and has ended.</exception>
    /// <exception cref="ProcessingException">The processing of a record failed.</exception>
    /// <exception cref="ConsumeException">A partition cannot be read on. Records before the failure were processed.</exception>
    /// <exception cref="InvalidOperationException">Another call is under way.</exception>
    public async Task RunAsync(
        RecordProcessor<TKey, TValue> process,
        ProcessingOptions? options = null,
        ProcessingFailureHandler<TKey, TValue>? onFailure = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(process);
        options ??= new ProcessingOptions();
        options.Validate();
        cancellationToken.ThrowIfCancellationRequested();
        using var run = new ParallelRun<TKey, TValue>(Core.Assignment, StartProcessing, process, onFailure, options, Core.Options.TimeProvider);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, run.Failed);
        Core.BeginRun(run);
        try
        {
            Core.Assignment.StoreHandedOut();
            _decoder.HashesKeys = true;
            await TakeAsync(run, end.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // What it ends with is known when all who work have ended.
        }
        catch (Exception e) when (e is not (OperationCanceledException or ObjectDisposedException))
        {
            // A partition cannot be read on: what came before is processed.
            await run.DrainAsync(end.Token).ConfigureAwait(false);
            throw;
        }
        finally
        {
            await run.StopAsync().ConfigureAwait(false);
            _decoder.HashesKeys = false;
            Core.EndRun();
        }

        if (run.Failure is { } failure)
        {
            ExceptionDispatchInfo.Throw(failure);
        }

        cancellationToken.ThrowIfCancellationRequested();
    }

    private async Task TakeAsync(ParallelRun<TKey, TValue> run, CancellationToken cancellation)
    {
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            await Core.ServeGroupAsync(cancellation).ConfigureAwait(false);
            if (!run.HasRoom)
            {
                // The other signal says that the group wants something.
                await AsyncSignal.WaitAnyAsync(run.Room, Core.Assignment.DataArrived, cancellation).ConfigureAwait(false);
            }
            else if (_decoder.TryNext(out var next))
            {
                if (await IsReadableAsync(next, cancellation).ConfigureAwait(false)
                    && Core.Assignment.TryHandOut(_decoder.State, _decoder.Generation, next.NextOffset, next.Epoch, out var moves))
                {
                    run.Add(_decoder.State, moves, next);
                }
                else
                {
                    _decoder.Clear();
                }
            }
            else
            {
                var since = Core.Telemetry.Now;
                if (await Core.MoveAsync(Timeout.InfiniteTimeSpan, cancellation).ConfigureAwait(false))
                {
                    Decode(since);
                }
            }
        }
    }
}
