using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Slipway.Inference.Tensors;
using Slipway.Serving.Routing;
using Slipway.Serving.Untyped;

namespace Slipway.Serving.TensorFlow;

/// <summary>One number an example.</summary>
internal sealed class RegressModel(IInferenceService inference, VersionServer versions, ServingOptions options, ILogger<RegressModel> log)
    : ExampleInference(inference, versions, options, log, "regress")
{
    public static void Map(IEndpointRouteBuilder models) =>
        models.ServiceProvider.GetRequiredService<RegressModel>().Map<ExamplesContract, RegressAnswerContract>(models, "regress", "Regress", "One number for each example (TensorFlow Serving v1)");

    protected override void Check(InferenceCall call, SignatureNames names)
    {
        if (names.Signature is not { Labels.Count: 0, Outputs: [{ Type: TensorType.Float16 or TensorType.Float32 or TensorType.Float64 } output] }
            || !(output.Shape.Count == 1 || (output.Shape.Count == 2 && output.Shape[1] == 1)))
        {
            throw JsonCursor.Bad($"{call.Deployment} does not answer with one number a row, as \"regress\" needs it. Call {call.Deployment}:predict");
        }
    }

    protected override void WriteValues(InferenceCall call, SignatureNames names)
    {
        var output = call.Outputs[0];
        call.Answer.Append("{\"results\":"u8);
        if (output.Rank == 1)
        {
            ValueWriter.Write(call.Answer, output, -1, BytesForm.TextOrObject);
            return;
        }

        for (var i = 0; i < output.Count; i++)
        {
            call.Answer.Append(i == 0 ? (byte)'[' : (byte)',');
            ValueWriter.WriteElement(call.Answer, output, i);
        }

        call.Answer.Append((byte)']');
    }
}
