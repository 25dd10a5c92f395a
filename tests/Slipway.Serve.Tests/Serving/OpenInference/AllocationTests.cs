using System.Text;
using Slipway.Core;
using Slipway.Inference.Tensors;

namespace Slipway.Serve.Tests.Serving.OpenInference;

/// <summary>
/// What one request costs the heap, over a real connection and the whole of the server. Alone in the process while it measures, because what is counted is the process.
/// </summary>
[CollectionDefinition(nameof(AllocationTests), DisableParallelization = true)]
[Collection(nameof(AllocationTests))]
public sealed class AllocationTests : IDisposable
{
    private const int Count = 2000;
    private const int MostBytes = 1024;

    private readonly string _folder = Directory.CreateTempSubdirectory("slipway-allocation-").FullName;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("")]
    [InlineData("\"id\":\"abc\",\"outputs\":[{\"name\":\"prediction\"}],\"parameters\":{\"timing\":true}")]
    [InlineData("\"parameters\":{\"binary_data_output\":true}")]
    public async Task A_request_of_one_row_allocates_at_most_a_kilobyte(string members)
    {
        await using var server = await ServingServer.StartAsync(Cancel);
        await server.DeployAsync("bikes", both: false, Cancel);

        var each = await MeasureAsync(server, RequestOf("bikes", members.Length == 0 ? Requests.Summer : Requests.With(members), []));

        Assert.InRange(each, 0, MostBytes);
    }

    [Fact]
    public async Task A_request_of_bytes_for_a_session_allocates_at_most_two_kilobytes_of_which_the_session_has_half()
    {
        OnnxFile.WriteIdentity(_folder, new TensorSpec("x", TensorType.Float64, [-1, 30]));
        await using var server = await ServingServer.StartAsync(Cancel);
        await server.Deployments.DeployAsync("x", await server.AddVersionAsync("x", _folder, Cancel), Actor.Local, null, Cancel);

        var each = await MeasureAsync(server, RequestOf(
            "x",
            """{"inputs":[{"name":"x","shape":[1,30],"datatype":"FP64","parameters":{"binary_data_size":240}}],"parameters":{"binary_data_output":true}}""",
            new byte[240]));

        Assert.InRange(each, 0, 2 * MostBytes);
    }

    private static async Task<long> MeasureAsync(ServingServer server, byte[] request)
    {
        using var connection = await RawConnection.OpenAsync(server, Cancel);

        // Until the code is compiled and the pools are filled.
        Send(connection, request);
        Send(connection, request);
        var before = GC.GetTotalAllocatedBytes(precise: true);
        Send(connection, request);
        var each = (GC.GetTotalAllocatedBytes(precise: true) - before) / Count;
        TestContext.Current.TestOutputHelper?.WriteLine($"{each} bytes a request");
        return each;
    }

    private static byte[] RequestOf(string deployment, string json, byte[] binary)
    {
        var body = Encoding.UTF8.GetBytes(json);
        var head = $"POST /v2/models/{deployment}/infer HTTP/1.1\r\nHost: localhost\r\nContent-Length: {body.Length + binary.Length}\r\n";
        return [.. Encoding.ASCII.GetBytes(binary.Length > 0 ? $"{head}{BinaryRequest.Header}: {body.Length}\r\n\r\n" : $"{head}\r\n"), .. body, .. binary];
    }

    private static void Send(RawConnection connection, byte[] request)
    {
        for (var i = 0; i < Count; i++)
        {
            // An assertion allocates more than the server does.
            if (connection.Exchange(request) != (byte)'2')
            {
                Assert.Fail("A request failed.");
            }
        }
    }
}
