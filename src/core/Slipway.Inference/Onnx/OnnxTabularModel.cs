using System.Numerics.Tensors;
using Slipway.Core.Errors;
using Slipway.Inference.Tabular;
using Slipway.Inference.Tensors;
using Tensor = Slipway.Inference.Tensors.Tensor;

namespace Slipway.Inference.Onnx;

/// <summary>
/// An ONNX model of a table's columns: it takes them as one matrix of numbers, or each as an input of its own by name. Numbers arrive as FP64 and are
/// rounded to what the model computes in; text arrives as text where the model takes text, else by its code.
/// </summary>
internal sealed class OnnxTabularModel : IModel
{
    private readonly OnnxSession _session;
    private readonly TabularOutputs _outputs;
    private readonly OnnxColumn[] _columns;
    private readonly bool _matrix;
    private readonly int _scores;
    private readonly string _file;
    private readonly SlotPool<Scratch> _scratch = new(() => new Scratch());

    public OnnxTabularModel(OnnxSession session, ModelLoadInfo info, TabularSchema schema, string file)
    {
        _session = session;
        LoadInfo = info;
        _file = file;
        _outputs = new TabularOutputs(schema.Task, schema.Labels);
        _matrix = TakesMatrix(session.Inputs, schema);
        _columns = _matrix
            ? [.. schema.Columns.Select((column, index) => new OnnxColumn(session.Inputs[0], column, index))]
            : Columns(session.Inputs, schema, file);
        _scores = FindScores(session.Outputs, _outputs.Width, schema.Task, file);
        Signature = new ModelSignature(
            [.. schema.Columns.Select(column => new TensorSpec(column.Name, column.Categories is null ? TensorType.Float64 : TensorType.Bytes, [-1]))],
            _outputs.Specs,
            Tabular: true)
        {
            Labels = schema.Labels,
        };
    }

    /// <inheritdoc/>
    public string Format => OnnxModelLoader.Format;

    /// <inheritdoc/>
    public ModelSignature Signature { get; }

    /// <inheritdoc/>
    public ModelLoadInfo LoadInfo { get; }

    /// <inheritdoc/>
    public void Run(TensorSet inputs, TensorSet outputs)
    {
        outputs.Clear();
        var sent = inputs.Count == 1 && inputs[0].Rank == 2;
        var rows = sent ? (int)inputs[0].Shape[0] : inputs[0].Count;
        var scratch = _scratch.Take();
        try
        {
            if (_matrix)
            {
                var spec = _session.Inputs[0];
                var matrix = scratch.Inputs.Add(spec.Name, spec.Type, [rows, _columns.Length]);
                if (sent && matrix.Type == TensorType.Float32)
                {
                    // As it was sent. A matrix has no text, so there are no categories to look up.
                    TensorPrimitives.ConvertTruncating(inputs[0].Values<double>(), matrix.Values<float>());
                }
                else
                {
                    foreach (var column in _columns)
                    {
                        column.Write(inputs, sent, _columns.Length, matrix, column.Index, _columns.Length);
                    }
                }
            }
            else
            {
                foreach (var spec in _session.Inputs)
                {
                    var target = spec.Shape.Count == 1 ? scratch.Inputs.Add(spec.Name, spec.Type, [rows]) : scratch.Inputs.Add(spec.Name, spec.Type, [rows, 1]);
                    var column = Array.Find(_columns, column => column.Name == spec.Name)!;
                    column.Write(inputs, sent, _columns.Length, target, 0, 1);
                }
            }

            _session.Run(scratch.Inputs, scratch.Outputs);
            Answer(scratch.Outputs[_scores], rows, outputs);
        }
        finally
        {
            // Here rather than before the next run: texts keep the request's bytes alive.
            scratch.Inputs.Clear();
            scratch.Outputs.Clear();
            _scratch.Return(scratch);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _scratch.Dispose();
        _session.Dispose();
    }

    private void Answer(Tensor raw, int rows, TensorSet outputs)
    {
        var width = _outputs.Width;
        var scores = _outputs.AddScores(outputs, rows);

        // Two columns for a binary model are those of both labels; the second is asked for.
        var step = raw.Count / rows;
        if (raw.Count % rows != 0 || !(step == width || (width == 1 && step == 2 && _outputs.Specs.Count == 2)))
        {
            throw new SlipwayException(ErrorKind.InvalidInput, $"{_file} answered with {raw.Count} scores for {rows} rows, but {TabularSchema.FileName} needs {width} a row.");
        }

        if (step == width)
        {
            if (raw.Type == TensorType.Float64)
            {
                raw.Values<double>().CopyTo(scores);
            }
            else
            {
                TensorPrimitives.ConvertTruncating<float, double>(raw.Values<float>(), scores);
            }
        }
        else
        {
            for (var i = 0; i < rows; i++)
            {
                scores[i] = raw.Type == TensorType.Float64 ? raw.Values<double>()[(2 * i) + 1] : raw.Values<float>()[(2 * i) + 1];
            }
        }

        _outputs.AddLabels(outputs, scores, rows);
    }

    private static bool TakesMatrix(IReadOnlyList<TensorSpec> inputs, TabularSchema schema) =>
        inputs is [{ Shape.Count: 2, Type: TensorType.Float32 or TensorType.Float64 } only]
        && (only.Shape[1] == schema.Columns.Count || only.Shape[1] < 0)
        && !(schema.Columns.Count == 1 && schema.Columns[0].Name == only.Name);

    private static OnnxColumn[] Columns(IReadOnlyList<TensorSpec> inputs, TabularSchema schema, string file)
    {
        var missing = inputs.Where(input => schema.Columns.All(column => column.Name != input.Name)).Select(input => $"'{input.Name}'").ToList();
        if (missing.Count > 0 || inputs.Count != schema.Columns.Count)
        {
            throw new SlipwayException(
                ErrorKind.InvalidInput,
                $"{file} and {TabularSchema.FileName} do not fit: the model takes {string.Join(", ", inputs.Take(20).Select(input => $"'{input.Name}'"))}, the schema has {schema.Columns.Count} columns. The model must take one float matrix of that many columns, or one input per column by its name.");
        }

        var columns = new OnnxColumn[schema.Columns.Count];
        for (var i = 0; i < columns.Length; i++)
        {
            var column = schema.Columns[i];
            var input = inputs.First(input => input.Name == column.Name);
            if (input.Shape.Count is not (1 or 2) || (input.Shape.Count == 2 && input.Shape[1] is not (1 or -1)) || (input.Type == TensorType.Bytes && column.Categories is null))
            {
                throw new SlipwayException(
                    ErrorKind.InvalidInput,
                    $"{file} takes '{input.Name}' as {input.Type.WireName()} [{string.Join(',', input.Shape)}], which is no column of {(column.Categories is null ? "numbers" : "text")} as {TabularSchema.FileName} has it.");
            }

            columns[i] = new OnnxColumn(input, column, i);
        }

        return columns;
    }

    // The first output that can be the scores. A classifier's own label is not needed: it follows from the scores and the schema's labels.
    private static int FindScores(IReadOnlyList<TensorSpec> outputs, int width, string task, string file)
    {
        for (var i = 0; i < outputs.Count; i++)
        {
            var last = outputs[i].Shape.Count > 0 ? outputs[i].Shape[^1] : -1;
            if (outputs[i].Type is TensorType.Float32 or TensorType.Float64
                && (last < 0 || last == width || outputs[i].Shape.Count == 1 || (task == TabularSchemaRules.Binary && last == 2)))
            {
                return i;
            }
        }

        throw new SlipwayException(
            ErrorKind.InvalidInput,
            $"{file} has no float output of {width} {(width == 1 ? "score" : "scores")} a row, as {TabularSchema.FileName} needs for {task}. Export a scikit-learn classifier with options={{'zipmap': False}}.");
    }

    private sealed class Scratch
    {
        public TensorSet Inputs { get; } = new();

        public TensorSet Outputs { get; } = new();
    }
}
