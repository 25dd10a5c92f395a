using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Slipway.Inference.Tensors;
using Slipway.Serving.Routing;
using Slipway.Serving.Untyped;

namespace Slipway.Serving.TensorFlow;

/// <summary>Pairs of label and score for each example, in the order of the model's labels.</summary>
internal sealed class ClassifyModel(IInferenceService inference, VersionServer versions, ServingOptions options, ILogger<ClassifyModel> log)
    : ExampleInference(inference, versions, options, log, "classify")
{
    public static void Map(IEndpointRouteBuilder models) =>
        models.ServiceProvider.GetRequiredService<ClassifyModel>().Map<ExamplesContract, ClassifyAnswerContract>(models, "classify", "Classify", "Labels and scores for each example (TensorFlow Serving v1)");

    protected override void Check(InferenceCall call, SignatureNames names)
    {
        if (ScoresOf(names) < 0)
        {
            throw JsonCursor.Bad($"{call.Deployment} does not answer with a score for each label, as \"classify\" needs it. Call {call.Deployment}:predict");
        }
    }

    protected override void WriteValues(InferenceCall call, SignatureNames names)
    {
        var scores = call.Outputs[ScoresOf(names)];
        var labels = names.Signature.Labels;
        var width = scores.Count / call.Rows;
        call.Answer.Append("{\"results\":"u8);
        for (var row = 0; row < call.Rows; row++)
        {
            call.Answer.Append(row == 0 ? "[["u8 : ",["u8);
            if (width == 1)
            {
                // One score of two labels is that of the second.
                WritePair(call.Answer, labels[0]);
                ValueWriter.WriteNumber(call.Answer, 1 - scores.Values<double>()[row]);
                call.Answer.Append("],"u8);
            }

            for (var i = 0; i < width; i++)
            {
                if (i > 0)
                {
                    call.Answer.Append((byte)',');
                }

                WritePair(call.Answer, width == 1 ? labels[1] : labels.Count == width ? labels[i] : "");
                ValueWriter.WriteElement(call.Answer, scores, (row * width) + i);
                call.Answer.Append((byte)']');
            }

            call.Answer.Append((byte)']');
        }

        call.Answer.Append((byte)']');
    }

    private static void WritePair(CallBuffer answer, string label)
    {
        answer.Append((byte)'[');
        ValueWriter.WriteText(answer, label);
        answer.Append((byte)',');
    }

    /// <summary>The output with a score for each label: FP64 [N] of the second of two labels, or floats [N,K]; −1 when there is none.</summary>
    private static int ScoresOf(SignatureNames names)
    {
        var outputs = names.Signature.Outputs;
        for (var i = 0; i < outputs.Count; i++)
        {
            var isFloat = outputs[i].Type is TensorType.Float16 or TensorType.Float32 or TensorType.Float64;
            if ((outputs[i].Type == TensorType.Float64 && outputs[i].Shape.Count == 1 && names.Signature.Labels.Count == 2)
                || (isFloat && outputs[i].Shape.Count == 2 && outputs[i].Shape[1] is < 0 or > 1))
            {
                return i;
            }
        }

        return -1;
    }
}
