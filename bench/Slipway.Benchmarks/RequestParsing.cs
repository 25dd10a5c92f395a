using System.Globalization;
using System.Text;
using System.Text.Json;
using BenchmarkDotNet.Attributes;
using Microsoft.Extensions.ObjectPool;
using Slipway.Core.Names;
using Slipway.Inference;
using Slipway.Rollouts;
using Slipway.Serving;
using Slipway.Serving.Engine;
using Slipway.Serving.Figures;
using Slipway.Serving.OpenInference;
using Slipway.Serving.Routing;

namespace Slipway.Benchmarks;

/// <summary>
/// What reading a request costs, against the framework's reader doing the least that a server must: find the data and convert its numbers. The values are short decimals, as
/// people write them, or 17 digits, as programs print doubles.
/// </summary>
[MemoryDiagnoser]
public class RequestParsing : IDisposable
{
    private const int Features = 30;

    private InferenceCall _call = null!;
    private ServedDeployment _route = null!;
    private byte[] _body = [];
    private double[] _values = [];

    [Params(1, 32)]
    public int Rows { get; set; }

    [Params(false, true)]
    public bool LongNumbers { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        var random = new Random(1);
        var numbers = Enumerable.Range(0, Rows * Features).Select(_ => Number(random));
        _body = Encoding.UTF8.GetBytes(
            $"{{\"inputs\":[{{\"name\":\"input\",\"shape\":[{Rows},{Features}],\"datatype\":\"FP64\",\"data\":[{string.Join(',', numbers)}]}}]}}");
        _values = new double[Rows * Features];

        var folder = Path.Combine(AppContext.BaseDirectory, "model");
        var model = ModelLoader.Load(folder, new ModelLoadOptions());
        var reference = new VersionReference("trees", SemanticVersion.First);
        var loaded = new LoadedVersion(new LoadedModel(model), new ModelRunner(batches: true, 1, ServeSettings.Default, TimeProvider.System), model.Signature, model.Format, 1);
        var state = new DeploymentState("trees", new DeployedVersion(reference, ""), null, 1, DateTimeOffset.UnixEpoch, "local");
        var stable = new ServedVersion("trees", Roles.Stable, reference, loaded, new VersionRecorder(reference, TimeProvider.System));
        _route = new ServedDeployment(state, stable, candidate: null, previous: null);
        _call = new InferenceCall(new DefaultObjectPool<InferenceCall>(new NoPool()), TimeProvider.System, sink: null);
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _call.Dispose();
        _route.Stable.Loaded.Model.Retire();
        GC.SuppressFinalize(this);
    }

    [Benchmark]
    public double Slipway()
    {
        Read();
        return _call.Inputs[0].Values<double>()[0];
    }

    [Benchmark]
    public int SlipwayWithRunAndAnswer()
    {
        Read();
        SignatureCheck.Apply(_route.Stable.Signature, _call.Inputs);
        _route.Stable.Loaded.Model.Model.Run(_call.Inputs, _call.Outputs);
        _call.Choose(_route.Stable, candidate: null, randomised: false);
        AnswerWriter.Write(_call);
        return _call.Answer.Count;
    }

    [Benchmark(Baseline = true)]
    public double Utf8Reader()
    {
        var reader = new Utf8JsonReader(_body);
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.PropertyName && reader.ValueTextEquals("data"u8))
            {
                reader.Read();
                for (var i = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; i++)
                {
                    _values[i] = reader.GetDouble();
                }
            }
        }

        return _values[0];
    }

    private void Read()
    {
        _call.Start(_route, null);
        _call.Abandon();
        _call.Inputs.Clear();
        _call.Body.Clear(1 << 20);
        _call.Answer.Clear(1 << 20);
        _call.Body.Append(_body);
        InferRequestParser.Parse(_call, 1 << 20);
    }

    private string Number(Random random) => (LongNumbers ? random.NextDouble() : Math.Round((random.NextDouble() * 20) - 10, 4)).ToString("R", CultureInfo.InvariantCulture);

    private sealed class NoPool : PooledObjectPolicy<InferenceCall>
    {
        public override InferenceCall Create() => throw new NotSupportedException();

        public override bool Return(InferenceCall obj) => true;
    }
}
