using System.Security.Cryptography;
using System.Text;
using Slipway.Core.Errors;
using Slipway.Storage.Blobs;

namespace Slipway.Core.Tests.Storage;

/// <summary>What every blob store does. A backend derives it and says how it is opened, and how one of its blobs is damaged behind its back.</summary>
public abstract class BlobStoreCompliance : IAsyncLifetime
{
    private const string Missing = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    protected abstract IBlobStore Blobs { get; }

    public abstract ValueTask InitializeAsync();

    public abstract ValueTask DisposeAsync();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(131_072)]
    [InlineData(1_000_003)]
    public async Task A_blob_is_known_by_its_digest_and_read_back_whole(int size)
    {
        var content = RandomNumberGenerator.GetBytes(size);

        var blob = await Blobs.PutAsync(new MemoryStream(content), Cancel);

        Assert.Equal(new Blob(Convert.ToHexStringLower(SHA256.HashData(content)), size), blob);
        Assert.True(await Blobs.ExistsAsync(blob.Digest, Cancel));
        Assert.Equal(content, await ReadAsync(blob.Digest));
        Assert.Equal(content, await File.ReadAllBytesAsync(await Blobs.GetFileAsync(blob.Digest, Cancel), Cancel));
    }

    [Fact]
    public async Task The_same_content_twice_is_one_blob_also_when_it_comes_at_once()
    {
        var content = RandomNumberGenerator.GetBytes(300_000);

        var blobs = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => Blobs.PutAsync(new MemoryStream(content), Cancel))));

        Assert.Single(blobs.Distinct());
        Assert.Equal(content, await ReadAsync(blobs[0].Digest));
    }

    [Fact]
    public async Task A_blob_that_is_not_there_is_not_found()
    {
        Assert.False(await Blobs.ExistsAsync(Missing, Cancel));
        Assert.Equal(ErrorKind.NotFound, (await Assert.ThrowsAsync<SlipwayException>(() => Blobs.OpenAsync(Missing, Cancel))).Kind);
        Assert.Equal(ErrorKind.NotFound, (await Assert.ThrowsAsync<SlipwayException>(() => Blobs.GetFileAsync(Missing, Cancel))).Kind);
        Assert.False(await Blobs.KeepAsync(Missing, Cancel));
        Assert.False(await Blobs.TryDeleteAsync(Missing, DateTimeOffset.MaxValue, Cancel));
    }

    [Fact]
    public async Task A_blob_is_listed_under_its_first_digits_and_goes_only_if_nobody_has_needed_it_since()
    {
        var content = RandomNumberGenerator.GetBytes(1000);
        var digest = (await Blobs.PutAsync(new MemoryStream(content), Cancel)).Digest;
        var listed = Assert.Single(await Blobs.ListAsync(digest[..2], Cancel), blob => blob.Digest == digest);
        Assert.Equal(1000, listed.Size);

        Assert.False(await Blobs.TryDeleteAsync(digest, listed.NeededAt, Cancel));
        Assert.Equal(content, await ReadAsync(digest));
        Assert.True(await Blobs.TryDeleteAsync(digest, listed.NeededAt.AddTicks(1000), Cancel));
        Assert.False(await Blobs.ExistsAsync(digest, Cancel));
        Assert.Empty(await Blobs.ListAsync(digest[..2], Cancel));
    }

    [Fact]
    public async Task Content_that_is_stored_again_while_it_is_deleted_is_there_afterwards()
    {
        var content = RandomNumberGenerator.GetBytes(1000);
        for (var round = 0; round < 200; round++)
        {
            var digest = (await Blobs.PutAsync(new MemoryStream(content), Cancel)).Digest;
            var before = (await Blobs.ListAsync(digest[..2], Cancel)).Single(blob => blob.Digest == digest).NeededAt.AddTicks(1000);
            SpinWait.SpinUntil(() => TimeProvider.System.GetUtcNow() > before);

            await Task.WhenAll(
                Task.Run(() => Blobs.PutAsync(new MemoryStream(content), Cancel), Cancel),
                Task.Run(() => Blobs.TryDeleteAsync(digest, before, Cancel), Cancel));

            Assert.Equal(content, await ReadAsync(digest));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("../../../../etc/passwd")]
    [InlineData("0123456789ABCDEF0123456789abcdef0123456789abcdef0123456789abcdef")]
    [InlineData("../23456789abcdef0123456789abcdef0123456789abcdef0123456789abcde")]
    public async Task Only_a_digest_names_a_blob(string digest)
    {
        Assert.Equal(ErrorKind.InvalidInput, (await Assert.ThrowsAsync<SlipwayException>(() => Blobs.ExistsAsync(digest, Cancel))).Kind);
        Assert.Equal(ErrorKind.InvalidInput, (await Assert.ThrowsAsync<SlipwayException>(() => Blobs.OpenAsync(digest, Cancel))).Kind);
        Assert.Equal(ErrorKind.InvalidInput, (await Assert.ThrowsAsync<SlipwayException>(() => Blobs.GetFileAsync(digest, Cancel))).Kind);
    }

    [Fact]
    public async Task A_source_that_breaks_off_leaves_nothing_behind()
    {
        var content = Encoding.UTF8.GetBytes("the first half");

        await Assert.ThrowsAsync<EndOfStreamException>(() => Blobs.PutAsync(new BreakingStream(content), Cancel));

        Assert.False(await Blobs.ExistsAsync(Convert.ToHexStringLower(SHA256.HashData(content)), Cancel));
        await AssertNothingHalfWrittenAsync();
    }

    [Fact]
    public async Task A_damaged_blob_is_noticed_at_its_end_and_is_mended_by_storing_it_again()
    {
        var content = RandomNumberGenerator.GetBytes(200_000);
        var digest = (await Blobs.PutAsync(new MemoryStream(content), Cancel)).Digest;
        await DamageAsync(digest);

        var whileReading = await Assert.ThrowsAsync<SlipwayException>(() => ReadAsync(digest));
        var asFile = await Assert.ThrowsAsync<SlipwayException>(() => Blobs.GetFileAsync(digest, Cancel));
        Assert.Contains("damaged", whileReading.Message, StringComparison.Ordinal);
        Assert.Contains("damaged", asFile.Message, StringComparison.Ordinal);

        await Blobs.PutAsync(new MemoryStream(content), Cancel);
        Assert.Equal(content, await ReadAsync(digest));
        Assert.Equal(content, await File.ReadAllBytesAsync(await Blobs.GetFileAsync(digest, Cancel), Cancel));
    }

    [Fact]
    public async Task Verifying_reads_again_what_was_found_right_before()
    {
        var content = RandomNumberGenerator.GetBytes(200_000);
        var digest = (await Blobs.PutAsync(new MemoryStream(content), Cancel)).Digest;
        Assert.Equal(BlobCondition.Intact, await Blobs.VerifyAsync(digest, Cancel));
        Assert.Equal(BlobCondition.Missing, await Blobs.VerifyAsync(Missing, Cancel));

        await DamageAsync(digest);
        Assert.Equal(BlobCondition.Damaged, await Blobs.VerifyAsync(digest, Cancel));

        await Blobs.PutAsync(new MemoryStream(content), Cancel);
        Assert.Equal(BlobCondition.Intact, await Blobs.VerifyAsync(digest, Cancel));
    }

    /// <summary>Changes one byte of a blob, as a bad disk would.</summary>
    protected abstract Task DamageAsync(string digest);

    protected abstract Task AssertNothingHalfWrittenAsync();

    protected async Task<byte[]> ReadAsync(string digest)
    {
        await using var stream = await Blobs.OpenAsync(digest, Cancel);
        using var content = new MemoryStream();
        await stream.CopyToAsync(content, Cancel);
        return content.ToArray();
    }

    private sealed class BreakingStream(byte[] content) : MemoryStream(content)
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            await base.ReadAsync(buffer, cancellationToken) is > 0 and var read ? read : throw new EndOfStreamException("The sender hung up.");
    }
}
