using Samsa.Protocol;

namespace Samsa.Storage.Validation;

/// <summary>Message sets of magic 0 and 1, which produce requests before version 3 carry: they are stored as one batch of magic 2.</summary>
internal static class LegacyRecords
{
    internal static ValidatedRecords Convert(Memory<byte> records, in ValidationRules rules) =>
        ValidatedRecords.Refused(ErrorCode.UnsupportedForMessageFormat,
            $"Message sets of magic 0 and 1 ({records.Length} bytes for {rules.Partition}) are not part of this build; send magic 2");
}
