using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Slipway.Serving.Routing;
using Slipway.Serving.Untyped;

namespace Slipway.Serving.TensorFlow;

/// <summary>Prediction as TensorFlow Serving and KServe's first protocol have it: rows (<c>instances</c>) or columns (<c>inputs</c>), answered alike.</summary>
internal sealed class PredictModel(IInferenceService inference, VersionServer versions, ServingOptions options, ILogger<PredictModel> log)
    : TensorFlowInference(inference, versions, options, log)
{
    public static void Map(IEndpointRouteBuilder models) =>
        models.ServiceProvider.GetRequiredService<PredictModel>().Map<PredictContract, PredictAnswerContract>(models, "predict", "Predict", "Predict with a deployment (TensorFlow Serving v1)");

    protected override int Read(InferenceCall call, HttpContext context, scoped ref TensorFiller filler) => PredictRequest.Read(call, ref filler);

    protected override void WriteValues(InferenceCall call, SignatureNames names)
    {
        var outputs = call.Outputs;
        call.Answer.Append(call.AnswersByColumn ? "{\"outputs\":"u8 : "{\"predictions\":"u8);
        if (outputs.Count == 1)
        {
            ValueWriter.Write(call.Answer, outputs[0], -1, FormOf(names, 0));
        }
        else if (call.AnswersByColumn)
        {
            WriteObject(call, names, -1);
        }
        else
        {
            CheckRows(call);
            call.Answer.Append((byte)'[');
            for (var row = 0; row < call.Rows; row++)
            {
                if (row > 0)
                {
                    call.Answer.Append((byte)',');
                }

                WriteObject(call, names, row);
            }

            call.Answer.Append((byte)']');
        }
    }

    private static void WriteObject(InferenceCall call, SignatureNames names, int row)
    {
        for (var i = 0; i < call.Outputs.Count; i++)
        {
            call.Answer.Append(i == 0 ? (byte)'{' : (byte)',');
            call.Answer.Append(names.OutputMember(i));
            ValueWriter.Write(call.Answer, call.Outputs[i], row, FormOf(names, i));
        }

        call.Answer.Append((byte)'}');
    }

    private static void CheckRows(InferenceCall call)
    {
        for (var i = 0; i < call.Outputs.Count; i++)
        {
            var output = call.Outputs[i];
            if (output.Rank == 0 || output.Shape[0] != call.Rows)
            {
                throw JsonCursor.Bad(
                    $"Output '{output.Name}' of {call.Deployment} has shape [{string.Join(", ", output.Shape.ToArray())}], which is not one value for each of the {call.Rows} rows. Send columns as \"inputs\", which are answered by columns");
            }
        }
    }

    private static BytesForm FormOf(SignatureNames names, int output) => names.BytesOutputs[output] ? BytesForm.Object : BytesForm.TextOrObject;
}
