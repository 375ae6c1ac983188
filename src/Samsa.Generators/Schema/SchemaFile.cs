namespace Samsa.Generators.Schema;

/// <summary>A parsed schema file: one API (request and response) or one other message.</summary>
internal sealed class SchemaFile(string path)
{
    public string Path { get; } = path;

    /// <summary>The API's name, or null when the file is not about an API.</summary>
    public string? ApiName { get; set; }

    public int ApiKey { get; set; } = -1;

    public string? Doc { get; set; }

    public List<MessageSchema> Messages { get; } = [];

    public List<SchemaError> Errors { get; } = [];
}
