using Slipway.Monitoring.Log.Parquet;

namespace Slipway.Watch.Tests.Monitoring.Log;

public sealed class PageStreamTests
{
    [Fact]
    public async Task Writes_of_any_size_are_done_when_they_return_and_stand_in_their_order()
    {
        var path = Path.Combine(Path.GetTempPath(), $"pages-{Guid.NewGuid():N}");
        var random = new Random(1);
        var expected = new MemoryStream();
        try
        {
            using (var file = new FileStream(path, FileMode.CreateNew))
            using (var pages = new PageStream(file))
            {
                foreach (var size in new[] { 1, 0, 300_000, 17, 262_144, 262_143, 2, 70_000, 70_000, 70_000, 70_000, 5 })
                {
                    var bytes = new byte[size];
                    random.NextBytes(bytes);
                    expected.Write(bytes);
                    Assert.True(pages.WriteAsync(bytes, TestContext.Current.CancellationToken).AsTask().IsCompletedSuccessfully);
                    Assert.True(pages.FlushAsync(TestContext.Current.CancellationToken).IsCompletedSuccessfully);
                }

                // Flushing wrote nothing: what is small waits for the end.
                Assert.True(file.Length < expected.Length);
                pages.Finish();
            }

            Assert.Equal(expected.ToArray(), await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken));
        }
        finally
        {
            File.Delete(path);
        }
    }
}
