using System.Globalization;
using Slipway.Core.Errors;
using Slipway.Inference.Tensors;

namespace Slipway.Serving.OpenInference;

/// <summary>
/// A body that is nothing but one tensor's bytes (<c>Inference-Header-Content-Length: 0</c>). Its shape is the model's: one row, and a dimension that is open besides is as long as the bytes say.
/// </summary>
internal static class RawBody
{
    public static void Parse(InferenceCall call)
    {
        var route = call.Route!;
        var signature = (route.Find(call.Pinned) ?? route.Stable).Signature;
        if (signature.Inputs.Count != 1)
        {
            throw Bad($"{call.Deployment} has {signature.Inputs.Count} inputs, but a raw body ({BinaryTensors.LengthHeader}: 0) is the only input of a model that has one");
        }

        var spec = signature.Inputs[0];
        var body = call.Body.Written;
        Span<long> shape = stackalloc long[spec.Shape.Count];
        if (spec.Type == TensorType.Bytes)
        {
            ReadText(call, spec, shape);
            return;
        }

        var open = Fix(spec, shape, rows: signature.Tabular || spec.Shape.Count > 1);
        var known = (long)spec.Type.Size();
        for (var i = 0; i < shape.Length; i++)
        {
            known *= i == open ? 1 : shape[i];
        }

        if (open >= 0 && known > 0 && body.Length % known == 0)
        {
            shape[open] = body.Length / known;
        }
        else if (open >= 0 || known != body.Length)
        {
            throw Bad(
                $"Input '{spec.Name}' of {call.Deployment} is {spec.Type.WireName()} [{string.Join(',', spec.Shape)}], so a raw body of one row has "
                + $"{(open >= 0 ? "a multiple of " : "")}{known.ToString(CultureInfo.InvariantCulture)} bytes, but this one has {body.Length}");
        }

        var tensor = call.Inputs.Add(spec.Name, spec.Type, shape);
        body.Span.CopyTo(tensor.Raw);
        BinaryTensors.CheckTruth(tensor);
    }

    // The whole body is one text, without a length before it: the body has one of its own.
    private static void ReadText(InferenceCall call, TensorSpec spec, Span<long> shape)
    {
        for (var i = 0; i < shape.Length; i++)
        {
            shape[i] = spec.Shape[i] is -1 or 1
                ? 1
                : throw Bad($"Input '{spec.Name}' of {call.Deployment} is BYTES [{string.Join(',', spec.Shape)}], but a raw body is one text. Send the inputs behind a JSON header");
        }

        call.Inputs.Add(spec.Name, TensorType.Bytes, shape).Items[0] = call.Body.Written;
    }

    /// <summary>Takes the rows for one, and returns the dimension that is still open, or −1.</summary>
    private static int Fix(TensorSpec spec, Span<long> shape, bool rows)
    {
        var open = -1;
        for (var i = 0; i < shape.Length; i++)
        {
            shape[i] = spec.Shape[i];
            if (shape[i] >= 0)
            {
                continue;
            }

            if (i == 0 && rows)
            {
                shape[i] = 1;
            }
            else if (open >= 0)
            {
                throw Bad($"Input '{spec.Name}' has the shape [{string.Join(',', spec.Shape)}], whose open dimensions cannot all be told from a raw body. Send the shape in a JSON header");
            }
            else
            {
                open = i;
            }
        }

        return open;
    }

    private static SlipwayException Bad(string message) => new(ErrorKind.InvalidInput, message + ".");
}
