using System.Text;
using Samsa.Storage;
using Samsa.Storage.Checkpoints;
using Samsa.UnitTests.Protocol.Records;
using Samsa.UnitTests.Storage.Files;
using Xunit;

namespace Samsa.UnitTests.Storage.Checkpoints;

public sealed class MetaPropertiesTests
{
    private const string Directory = "/data";
    private readonly MemoryFileSystem _files = new();

    [Theory]
    [InlineData(Samples.Kafka39, "2026-11-21T00:41:07Z")]
    [InlineData(Samples.Kafka43, "2026-11-21T00:41:10Z")]
    public void The_file_of_Kafka_is_written_as_it_was_read(string version, string time)
    {
        var golden = Samples.Read($"{version}/{MetaProperties.Name}");
        Put(Encoding.UTF8.GetString(golden));

        var properties = MetaProperties.Read(_files, Directory);
        Assert.NotNull(properties);
        properties.Write(_files, Directory, DateTimeOffset.Parse(time, System.Globalization.CultureInfo.InvariantCulture));

        Assert.Equal(Encoding.UTF8.GetString(golden), Text());
    }

    [Fact]
    public void Both_versions_are_understood()
    {
        Put("#\nbroker.id=3\nversion=0\ncluster.id=c\n");
        Assert.Equal((0, 3, "c", null), Fields(MetaProperties.Read(_files, Directory)!));
        Put("node.id=4\nversion=1\ncluster.id=c\ndirectory.id=d\n");
        Assert.Equal((1, 4, "c", "d"), Fields(MetaProperties.Read(_files, Directory)!));
        Assert.Null(MetaProperties.Read(_files, "/elsewhere"));
    }

    [Fact]
    public void Unknown_keys_are_kept()
    {
        Put("version=0\nbroker.id=1\nsome\\ key = a=b \\\n   c \nother:x\n");
        var properties = MetaProperties.Read(_files, Directory)!;
        properties.Write(_files, Directory, DateTimeOffset.UnixEpoch);
        Assert.Equal("#\n#Thu Jan 01 00:00:00 UTC 1970\nbroker.id=1\nversion=0\nsome\\ key=a\\=b c \nother=x\n", Text());
        Assert.Equal(properties.Others, MetaProperties.Read(_files, Directory)!.Others);
    }

    [Theory]
    [InlineData("! a comment\n\n \tversion : 0\nbroker.id 7\n")]
    [InlineData("version=0\r\nbroker.id=7\r\n")]
    [InlineData("version=0\nbroker\\.id=\\u0037\n")]
    [InlineData("version=0\nbroker.id=1\nbroker.id=7")]
    [InlineData("ver\\\n   sion=0\nbroker.id=7")]
    public void The_forms_of_a_properties_file_are_understood(string content)
    {
        Put(content);
        Assert.Equal((0, 7, null, null), Fields(MetaProperties.Read(_files, Directory)!));
    }

    [Theory]
    [InlineData("", "version is missing")]
    [InlineData("version=2\n", "version is 2; 0 and 1 are known")]
    [InlineData("version=zero\n", "version is 'zero'")]
    [InlineData("version=0\nbroker.id=x\n", "broker.id is 'x'")]
    [InlineData("version=0\nkey=\\u12\n", "Line 2 has a broken escape")]
    public void A_malformed_file_is_an_error_that_names_the_fault(string content, string expected)
    {
        Put(content);
        var failure = Assert.Throws<StorageException>(() => MetaProperties.Read(_files, Directory));
        Assert.Contains(expected, failure.Message, StringComparison.Ordinal);
        Assert.EndsWith(MetaProperties.Name, failure.Path, StringComparison.Ordinal);
    }

    private static (int, int?, string?, string?) Fields(MetaProperties properties) =>
        (properties.Version, properties.BrokerId, properties.ClusterId, properties.DirectoryId);

    private void Put(string text) => _files.WriteFile($"{Directory}/{MetaProperties.Name}", Encoding.UTF8.GetBytes(text));

    private string Text() => Encoding.UTF8.GetString(_files.ReadAllBytes($"{Directory}/{MetaProperties.Name}"));
}
