using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Slipway.Serving.Routing;
using Slipway.Serving.Untyped;

namespace Slipway.Serving.TensorFlow;

/// <summary>TensorFlow Serving's methods that take examples: objects of features, with a context of those that all examples share.</summary>
internal abstract class ExampleInference(IInferenceService inference, VersionServer versions, ServingOptions options, ILogger log, string method)
    : TensorFlowInference(inference, versions, options, log)
{
    /// <summary>Features that a model does not have are left out, as TensorFlow's own parser of examples does.</summary>
    protected override bool IsLenient => true;

    /// <summary>Refuses a model that the method says nothing about.</summary>
    protected abstract void Check(InferenceCall call, SignatureNames names);

    protected sealed override int Read(InferenceCall call, HttpContext context, scoped ref TensorFiller filler)
    {
        Check(call, filler.Names);
        var json = new JsonCursor(call);
        json.Enter((byte)'{', "a JSON object with \"examples\" was expected");
        var rows = 0;
        var contextAt = -1;
        var hasSignature = false;
        for (var first = true; json.NextMember(ref first, out var name);)
        {
            if (name.SequenceEqual("examples"u8))
            {
                if (rows > 0)
                {
                    throw JsonCursor.Twice(name);
                }

                rows = filler.ReadRows(ref json, "examples");
            }
            else if (name.SequenceEqual("context"u8))
            {
                if (contextAt >= 0)
                {
                    throw JsonCursor.Twice(name);
                }

                contextAt = json.At;
                json.SkipValue();
            }
            else if (name.SequenceEqual("signature_name"u8))
            {
                SignatureName.Read(ref json, ref hasSignature, name, $"tensorflow/serving/{method}");
            }
            else if (!SharedMembers.TryRead(ref json, call, name))
            {
                json.SkipValue();
            }
        }

        json.ExpectEnd();
        if (rows == 0)
        {
            throw JsonCursor.Bad("The request has no \"examples\"");
        }

        if (contextAt >= 0)
        {
            json.At = contextAt;
            filler.ReadShared(ref json, "context", rows);
        }

        return rows;
    }
}
