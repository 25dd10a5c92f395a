using System.Text;
using BenchmarkDotNet.Attributes;
using Slipway.Core.Tests.Inference;
using Slipway.Inference;
using Slipway.Inference.LightGbm;
using Slipway.Inference.Tensors;

namespace Slipway.Benchmarks;

/// <summary>The same 100 trees of 31 leaves over 30 features by our evaluator, by LightGBM's own library and by ONNX Runtime, on one thread.</summary>
[MemoryDiagnoser]
public class EvaluatorBenchmarks
{
    private const int Features = 30;
    private readonly TensorSet _inputs = new();
    private readonly TensorSet _outputs = new();
    private readonly double[] _result = new double[64];
    private IModel _own = null!;
    private IModel _onnx = null!;
    private string _folder = "";
    private double[] _rows = [];
    private float[] _floats = [];
    private double[][] _samples = [];
    private nint _booster;
    private nint _fast;
    private int _next;

    /// <summary>Rows of one call.</summary>
    [Params(1, 64)]
    public int Rows { get; set; }

    [GlobalSetup]
    public void Prepare()
    {
        var random = new Random(1);
        var training = Random(random, 20_000);
        var labels = new float[20_000];
        for (var i = 0; i < labels.Length; i++)
        {
            var row = training.AsSpan(i * Features, Features);
            labels[i] = (float)((row[0] * row[1]) + Math.Sin(row[2] * 6) + (row[3] > 0.5 ? row[4] : row[5]) + row[6..].ToArray().Sum(value => value * value * 0.2) + random.NextDouble());
        }

        var text = LightGbmLibrary.Train(training, Features, labels, "objective=regression num_leaves=31 min_data_in_leaf=20 learning_rate=0.1", 100);
        _folder = Directory.CreateTempSubdirectory("slipway-bench-").FullName;
        _own = ModelLoader.Load(Write("model.txt", Encoding.UTF8.GetBytes(text)), new ModelLoadOptions());
        _onnx = ModelLoader.Load(Write("model.onnx", OnnxTrees.Write(LightGbmFile.Parse(Encoding.UTF8.GetBytes(text), "model.txt"))), new ModelLoadOptions());
        (_booster, _fast) = LightGbmLibrary.Open(text, Features);

        // Rows change from call to call: one that repeats would teach the branch predictor its way down the trees.
        _rows = Random(random, 64 * 64);
        _floats = [.. _rows.Select(value => (float)value)];
        _samples = [.. _rows.Chunk(Rows * Features)];

        foreach (var predict in new Func<double>[] { Own, Columns, LightGbm, Onnx })
        {
            _next = 0;
            Console.WriteLine($"// the first prediction is {predict():R}");
        }
    }

    [GlobalCleanup]
    public void Clean()
    {
        _own.Dispose();
        _onnx.Dispose();
        LightGbmLibrary.Close(_booster, _fast);
        Directory.Delete(_folder, recursive: true);
    }

    [Benchmark(Baseline = true)]
    public double Own()
    {
        _inputs.Clear();
        Next().CopyTo(_inputs.Add("x", TensorType.Float64, [Rows, Features]).Values<double>());
        _own.Run(_inputs, _outputs);
        return _outputs[0].Values<double>()[0];
    }

    /// <summary>One input per column, as tabular clients send them, with the check of the signature.</summary>
    [Benchmark]
    public double Columns()
    {
        _inputs.Clear();
        var sample = Next();
        for (var feature = 0; feature < Features; feature++)
        {
            var column = _inputs.Add(_own.Signature.Inputs[feature].Name, TensorType.Float64, [Rows]).Values<double>();
            for (var row = 0; row < Rows; row++)
            {
                column[row] = sample[(row * Features) + feature];
            }
        }

        SignatureCheck.Apply(_own.Signature, _inputs);
        _own.Run(_inputs, _outputs);
        return _outputs[0].Values<double>()[0];
    }

    [Benchmark]
    public double LightGbm() => Rows == 1 ? LightGbmLibrary.PredictFast(_fast, Next(), _result) : LightGbmLibrary.PredictBatch(_booster, Next(), Rows, Features, _result);

    [Benchmark]
    public double Onnx()
    {
        _inputs.Clear();
        var count = Rows * Features;
        _next = (_next + 1) % _samples.Length;
        _floats.AsSpan(_next * count, count).CopyTo(_inputs.Add("x", TensorType.Float32, [Rows, Features]).Values<float>());
        _onnx.Run(_inputs, _outputs);
        return _outputs[0].Values<float>()[0];
    }

    private double[] Next() => _samples[_next = (_next + 1) % _samples.Length];

    private string Write(string name, byte[] bytes)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    private static double[] Random(Random random, int rows)
    {
        var values = new double[rows * Features];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = random.NextDouble();
        }

        return values;
    }
}
