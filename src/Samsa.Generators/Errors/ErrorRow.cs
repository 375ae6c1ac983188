namespace Samsa.Generators.Errors;

/// <summary>A line of the error table.</summary>
internal sealed record ErrorRow(short Code, string Name, bool Retriable, bool Refresh, string Doc)
{
    /// <summary><c>OFFSET_OUT_OF_RANGE</c> as <c>OffsetOutOfRange</c>.</summary>
    public string Member
    {
        get
        {
            var member = "";
            foreach (var word in Name.Split('_'))
            {
                member += word.Substring(0, 1) + word.Substring(1).ToLowerInvariant();
            }

            return member;
        }
    }
}
