using System.Text;
using Slipway.Core.Names;
using Slipway.Inference;
using Slipway.Inference.Tensors;
using Slipway.Monitoring.Log.Recording;
using Slipway.Serving;

namespace Slipway.Watch.Tests.Monitoring.Log;

/// <summary>Calls as serving makes them: of a regression with the inputs temp (a number) and city (a text) by default.</summary>
internal sealed class Call
{
    public static readonly DateTimeOffset Arrival = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    public string Deployment { get; init; } = "bikes";

    public string Version { get; init; } = "bike-demand@1.0.0";

    public string Role { get; init; } = "stable";

    public string? Rollout { get; init; }

    public double Weight { get; init; }

    public bool Randomised { get; init; }

    public bool Failed { get; init; }

    public Exception? Error { get; init; }

    public DateTimeOffset ArrivedAt { get; init; } = Arrival;

    public int Rows { get; init; } = 1;

    public RowFields Fields { get; } = new();

    public ModelSignature? Signature { get; private set; }

    public TensorSet Inputs { get; } = new();

    public TensorSet Outputs { get; } = new();

    public static Call Tabular(double temp = 20, string? city = "Oslo", string version = "bike-demand@1.0.0", string deployment = "bikes") =>
        new Call { Version = version, Deployment = deployment }.Number("temp", temp).Text("city", city).Output("cnt", 2 * temp);

    public Call Number(string name, params double[] values)
    {
        values.CopyTo(Inputs.Add(name, TensorType.Float64, [Rows]).Values<double>());
        return this;
    }

    public Call Text(string name, params string?[] values)
    {
        Fill(Inputs.Add(name, TensorType.Bytes, [Rows]), values);
        return this;
    }

    public Call Input(string name, long[] shape, params float[] values)
    {
        values.CopyTo(Inputs.Add(name, TensorType.Float32, shape).Values<float>());
        return this;
    }

    /// <summary>All numbers as one matrix, row by row, of a model with these columns.</summary>
    public Call Matrix(string[] columns, params double[] values)
    {
        Signature = new ModelSignature([.. columns.Select(c => new TensorSpec(c, TensorType.Float64, [-1]))], [new TensorSpec("cnt", TensorType.Float64, [-1])], Tabular: true);
        values.CopyTo(Inputs.Add("input", TensorType.Float64, [Rows, columns.Length]).Values<double>());
        return this;
    }

    public Call Output(string name, params double[] values)
    {
        values.CopyTo(Outputs.Add(name, TensorType.Float64, [Rows]).Values<double>());
        return this;
    }

    public Call Letter(params string?[] values)
    {
        Fill(Outputs.Add("letter", TensorType.Bytes, [Rows]), values);
        return this;
    }

    public Call At(params string[] times)
    {
        Fields.SetEventTimes(times);
        return this;
    }

    public Call Of(params string[] keys)
    {
        Fields.SetStickyKeys(keys);
        return this;
    }

    public Call In(string segment, params string[] values)
    {
        Fields.AddSegment(segment, values);
        return this;
    }

    public static void Fill(Tensor tensor, params string?[] values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            tensor.Items[i] = values[i] is { } text ? (ReadOnlyMemory<byte>?)Encoding.UTF8.GetBytes(text) : null;
        }
    }

    public void Record(LogHost host, string id) => host.Log.Record(ToRecord() with { RequestId = id });

    public RecordedCall ToRecord() => new()
    {
        Deployment = Deployment,
        Version = VersionReference.Parse(Version),
        Role = Role,
        Rollout = Rollout,
        Weight = Weight,
        Randomised = Randomised,
        Failed = Failed,
        Error = Failed ? CallError.Of(Error) : null,
        ArrivedAt = ArrivedAt,
        Duration = TimeSpan.FromMilliseconds(1.5),
        Rows = Rows,
        Fields = Fields,
        Signature = Signature,
        Inputs = Inputs,
        Outputs = Outputs,
    };
}
