namespace Samsa.Storage.Compaction;

/// <summary>What one pass over one log did. Written by the thread that cleans, handed out when it is done.</summary>
internal sealed class CleanStatistics
{
    /// <summary>Bytes and records read to learn the newest offsets.</summary>
    internal long MapBytesRead { get; set; }

    internal long MapRecordsRead { get; set; }

    /// <summary>Bytes and records read to copy what stays.</summary>
    internal long BytesRead { get; set; }

    internal long RecordsRead { get; set; }

    /// <summary>Bytes and records that stayed.</summary>
    internal long BytesWritten { get; set; }

    internal long RecordsWritten { get; set; }

    /// <summary>Records that were dropped for having no key.</summary>
    internal long KeylessRecords { get; set; }

    /// <summary>The part of the map that was used, 0 to 1.</summary>
    internal double MapUtilization { get; set; }

    /// <summary>How long the pass took.</summary>
    internal TimeSpan Elapsed { get; set; }
}
