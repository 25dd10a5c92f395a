using System.Buffers;
using Slipway.Core.Errors;
using Slipway.Inference.Onnx;
using Slipway.Inference.Tabular;
using Slipway.Inference.Tensors;

namespace Slipway.Inference.LightGbm;

/// <summary>A LightGBM text model, evaluated in doubles as LightGBM itself does.</summary>
internal sealed class LightGbmModel : IModel
{
    // Rows that are prepared together: with 30 features they fill half of a core's first cache.
    private const int RowsAtOnce = 64;

    private readonly TreeEnsemble _trees;
    private readonly Objective _objective;
    private readonly TabularOutputs _outputs;
    private readonly CategoryCodes?[] _codes;
    private readonly double _divisor;

    private LightGbmModel(LightGbmFile file, TabularSchema schema)
    {
        _trees = TreeCompiler.Compile(file);
        _objective = file.Objective;
        _outputs = new TabularOutputs(schema.Task, schema.Labels);
        _codes = [.. schema.Columns.Select(column => column.Categories is { } categories ? new CategoryCodes(categories) : null)];
        _divisor = file.Average ? file.Trees.Count / file.TreesPerIteration : 1;
        Signature = new ModelSignature(
            [.. schema.Columns.Select(column => new TensorSpec(column.Name, column.Categories is null ? TensorType.Float64 : TensorType.Bytes, [-1]))],
            _outputs.Specs,
            Tabular: true)
        {
            Labels = schema.Labels,
        };
    }

    /// <inheritdoc/>
    public string Format => "lightgbm";

    /// <inheritdoc/>
    public ModelSignature Signature { get; }

    /// <inheritdoc/>
    public ModelLoadInfo LoadInfo { get; private init; } = new();

    public static LightGbmModel Load(string path, TabularSchema? schema, ModelLoadOptions options)
    {
        var began = TimeProvider.System.GetTimestamp();
        var file = LightGbmFile.Load(path);
        var name = Path.GetFileName(path);
        if (schema is not null)
        {
            CheckSchema(file, schema, name);
        }

        if (!OnnxDevice.Parse(options.Device).IsCpu)
        {
            throw new SlipwayException(ErrorKind.InvalidInput, $"{name} is a model of trees, which runs on the processor and not on {options.Device}. Leave the device out, or export the model as ONNX.");
        }

        return new LightGbmModel(file, schema ?? SchemaOf(file, name))
        {
            LoadInfo = new ModelLoadInfo
            {
                Instances = options.Instances > 0 ? options.Instances : CpuLimit.Processors(),
                LoadTime = TimeProvider.System.GetElapsedTime(began),
                Note = options.Threads > 1 ? $"A model of trees takes one thread a run, not {options.Threads}: side by side its runs yield more." : null,
            },
        };
    }

    /// <inheritdoc/>
    public void Run(TensorSet inputs, TensorSet outputs)
    {
        outputs.Clear();
        var matrix = inputs.Count == 1 && inputs[0].Rank == 2;
        var rows = matrix ? (int)inputs[0].Shape[0] : inputs[0].Count;
        var scores = _outputs.AddScores(outputs, rows);
        var prepared = ArrayPool<double>.Shared.Rent((TreeEnsemble.Blocks(Math.Min(rows, RowsAtOnce)) * _trees.BlockSize) + RowsAtOnce);
        try
        {
            for (var first = 0; first < rows; first += RowsAtOnce)
            {
                var count = Math.Min(RowsAtOnce, rows - first);
                Prepare(inputs, matrix, first, count, prepared);
                _trees.Score(prepared, count, scores[(first * _trees.Width)..]);
            }
        }
        finally
        {
            ArrayPool<double>.Shared.Return(prepared);
        }

        if (_divisor != 1)
        {
            foreach (ref var score in scores)
            {
                score /= _divisor;
            }
        }

        _objective.Apply(scores, _trees.Width);
        _outputs.AddLabels(outputs, scores, rows);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // Only managed memory.
    }

    private void Prepare(TensorSet inputs, bool matrix, int first, int count, double[] prepared)
    {
        var slots = _trees.Slots;
        var size = TreeEnsemble.Blocks(count) * _trees.BlockSize;
        var blocks = prepared.AsSpan(0, size);

        for (var block = 0; block < size; block += _trees.BlockSize)
        {
            blocks.Slice(block, TreeEnsemble.Lanes).Fill(double.NaN);
        }

        // Behind the blocks there is room for the codes of one text column.
        var codes = prepared.AsSpan(size, count);
        var coded = -1;
        for (var slot = 0; slot < slots.Length; slot++)
        {
            var (feature, form) = slots[slot];
            var target = blocks[((TreeEnsemble.FirstSlot + slot) * TreeEnsemble.Lanes)..];
            if (matrix)
            {
                RowPreparation.Write(form, inputs[0].Values<double>()[((first * _codes.Length) + feature)..], _codes.Length, count, target, _trees.BlockSize);
            }
            else if (_codes[feature] is { } categories)
            {
                if (coded != feature)
                {
                    coded = feature;
                    var items = inputs[feature].Items.Slice(first, count);
                    for (var i = 0; i < count; i++)
                    {
                        codes[i] = categories.Find(items[i]);
                    }
                }

                RowPreparation.Write(form, codes, 1, count, target, _trees.BlockSize);
            }
            else
            {
                RowPreparation.Write(form, inputs[feature].Values<double>()[first..], 1, count, target, _trees.BlockSize);
            }
        }
    }

    private static void CheckSchema(LightGbmFile file, TabularSchema schema, string name)
    {
        if (schema.Columns.Count != file.Features.Count)
        {
            throw new SlipwayException(ErrorKind.InvalidInput, $"{TabularSchema.FileName} has {schema.Columns.Count} columns, but {name} has {file.Features.Count} features.");
        }

        var fits = schema.Task switch
        {
            TabularSchemaRules.Regression => file.TreesPerIteration == 1,
            TabularSchemaRules.Binary => file.Objective.Name is "binary" or "cross_entropy",
            _ => file.Objective.Task == TabularSchemaRules.Multiclass,
        };
        if (!fits)
        {
            throw new SlipwayException(ErrorKind.InvalidInput, $"{TabularSchema.FileName} says {schema.Task}, but {name} was trained with the objective '{file.Objective.Name}'.");
        }

        if (schema.Task == TabularSchemaRules.Multiclass && schema.Labels.Count != file.TreesPerIteration)
        {
            throw new SlipwayException(ErrorKind.InvalidInput, $"{TabularSchema.FileName} has {schema.Labels.Count} labels, but {name} has {file.TreesPerIteration} classes.");
        }
    }

    private static TabularSchema SchemaOf(LightGbmFile file, string name)
    {
        var task = file.Objective.Task ?? throw new SlipwayException(
            ErrorKind.InvalidInput,
            $"{name} has {file.TreesPerIteration} scores a row but names no objective, so what they mean is unknown. Train it with objective=multiclass or multiclassova.");
        var labels = task == TabularSchemaRules.Regression ? 0 : Math.Max(2, file.TreesPerIteration);
        return new TabularSchema(
            task,
            [.. file.Features.Select(feature => new TabularColumn(feature))],
            [.. Enumerable.Range(0, labels).Select(label => $"{label}")]);
    }
}
