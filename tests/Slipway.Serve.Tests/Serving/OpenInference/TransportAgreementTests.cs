using CsCheck;
using Slipway.Serve.Tests.Serving.OpenInference.Transports;

namespace Slipway.Serve.Tests.Serving.OpenInference;

/// <summary>Whatever way tensors take to the model and back, the answer is the same, to the last bit.</summary>
public sealed class TransportAgreementTests(IdentityServer identity) : IClassFixture<IdentityServer>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Every way there is; another protocol adds itself here.</summary>
    private IReadOnlyList<(string Name, ITransport Transport)> Transports { get; } =
    [
        ("JSON", new RestTransport(identity.Server, binaryInputs: false, binaryOutputs: false)),
        ("binary", new RestTransport(identity.Server, binaryInputs: true, binaryOutputs: true)),
        ("JSON in, binary out", new RestTransport(identity.Server, binaryInputs: false, binaryOutputs: true)),
        ("binary in, JSON out", new RestTransport(identity.Server, binaryInputs: true, binaryOutputs: false)),
    ];

    [Fact]
    public Task Any_tensors_of_all_types_come_back_as_they_were_sent_whatever_way_they_take() => WireTensors.Of(IdentityServer.Types).SampleAsync(
        async tensors =>
        {
            var expected = tensors.Select(t => (t with { Name = OnnxFile.OutputOf(t.Name) }).ToString());
            foreach (var (name, transport) in Transports)
            {
                var answer = await transport.InferAsync("types", tensors, Cancel);
                Assert.Equal(expected.Prepend(name), answer.Select(t => t.ToString()).Prepend(name));
            }
        },
        iter: 150,
        threads: 1);

    [Fact]
    public async Task Several_inputs_come_in_any_order()
    {
        var tensors = WireTensors.Of(IdentityServer.Types).Single();
        foreach (var (name, transport) in Transports)
        {
            var there = await transport.InferAsync("types", tensors, Cancel);
            var back = await transport.InferAsync("types", [.. tensors.Reverse()], Cancel);
            Assert.Equal(there.Select(t => t.ToString()).Prepend(name), back.Select(t => t.ToString()).Prepend(name));
        }
    }
}
