using Samsa.Generators.Schema;
using Xunit;

namespace Samsa.UnitTests.Protocol;

public sealed class SchemaParserTests
{
    [Theory]
    [InlineData("request versions 0", 1, "needs a line 'api")]
    [InlineData("api one Fetch", 1, "api <key> <Name>")]
    [InlineData("banana Peel versions 0", 1, "unknown kind")]
    [InlineData("data Thing flexible 0+", 1, "needs 'versions")]
    [InlineData("data Thing versions 0-1, ripe", 1, "cannot read the option 'ripe'")]
    [InlineData("data Thing versions 0-1, flexible 0", 1, "stays so")]
    [InlineData("data Thing versions 0\n  Name string", 2, "<Name> <type> <versions>")]
    [InlineData("data Thing versions 0\n  Name strin 0+", 2, "unknown type 'strin'")]
    [InlineData("data Thing versions 0\n  Name string zero", 2, "not a version range")]
    [InlineData("data Thing versions 0\n  Name string 1+", 2, "in no version")]
    [InlineData("data Thing versions 0\n  Name string 0+ shiny", 2, "'shiny'")]
    [InlineData("data Thing versions 0\n  Count int32? 0+", 2, "no null on the wire")]
    [InlineData("data Thing versions 0\n  Name string 0+ = null", 2, "null is not allowed")]
    [InlineData("data Thing versions 0\n  Name string 0+\n  name int8 0+", 3, "declared twice")]
    [InlineData("data Thing versions 0\n  Items []Item 0+", 2, "declared nowhere")]
    [InlineData("data Thing versions 0\n  Name string 0+ tag 0", 2, "not flexible")]
    [InlineData("data Thing versions 0, flexible 0+\n  A int8 0+ tag 0\n  B int8 0+ tag 0", 3, "tag 0 is taken")]
    [InlineData("data Thing versions 0\n  Name string 0+\n    Inner int8 0+", 3, "primitive type")]
    [InlineData("data Thing versions 0\n   Name string 0+", 2, "indentation is 3 spaces, expected 2")]
    [InlineData("  Name string 0+", 1, "needs a message")]
    [InlineData("# nothing", 1, "declares no message")]
    [InlineData("record", 1, "record <Name>")]
    [InlineData("record Thing versions 0", 1, "record <Name>")]
    [InlineData("record Thing\n  Name", 2, "<Name> <type> [as <Domain>]")]
    [InlineData("record Thing\n  Name string 0+", 2, "no attribute but 'as <Domain>'")]
    [InlineData("record Thing\n  Count int32?", 2, "no null on the wire")]
    public void A_mistake_is_reported_with_its_line(string text, int line, string part)
    {
        var file = SchemaParser.Parse("x.kmsg", text);
        Assert.Contains(file.Errors, error => error.Line == line && error.Message.Contains(part, StringComparison.Ordinal));
    }

    [Fact]
    public void A_schema_is_read_with_all_its_attributes()
    {
        var file = SchemaParser.Parse("x.kmsg", """
            // Reads things.
            api 99 Things

            # not for readers
            request versions 0-3, flexible 2+, deprecated 0-1, latest-unstable, listeners broker controller
              // The owner
              Owner    int32     0+   = -1 as BrokerId ignorable
              Items    []Item    1+   nullable 2+   // what is wanted
                Id     uuid      1+   key
              Where    Place?    2+   tag 3 = null
              Title    string    0-2  inflexible

              struct Place
                Name   string?   2+

            response versions 0-3, flexible 2+
            """);
        Assert.Empty(file.Errors);
        Assert.Equal(2, file.Messages.Count);
        var request = file.Messages[0];
        Assert.Equal(("ThingsRequest", 99, "Reads things."), (request.Name, request.Key, request.Doc));
        Assert.Equal(["broker", "controller"], request.Listeners);
        Assert.True(request.LatestUnstable);
        Assert.Equal(["Item", "Place"], request.Structs.ConvertAll(item => item.Name));
        var (owner, items, where, title) = (request.Root.Fields[0], request.Root.Fields[1], request.Root.Fields[2], request.Root.Fields[3]);
        Assert.Equal(("-1", "BrokerId", true, "The owner"), (owner.Default, owner.Domain, owner.Ignorable, owner.Doc));
        Assert.Equal(("2+", "what is wanted"), (items.Nullable.ToString(), items.Doc));
        Assert.Equal((3, "2+", "2+"), (where.Tag, where.Tagged.ToString(), where.Nullable.ToString()));
        Assert.Equal(("0-2", true), (title.Versions.ToString(), title.NeverFlexible));
    }
}
