using System.Buffers;
using System.Globalization;
using System.Net.Mime;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Slipway.Serving.Protocols;
using Slipway.Serving.Routing;

namespace Slipway.Serving.Untyped;

/// <summary>One inference by a protocol whose values carry neither types nor shapes, so that they are read by a version's signature.</summary>
internal abstract class UntypedInference(IInferenceService inference, ServingOptions options, ILogger log) : HttpInference(inference, options, log)
{
    private const string IdHeader = "Slipway-Prediction-Id";
    private const string VersionHeader = "Slipway-Model-Version";
    private const string RoleHeader = "Slipway-Role";

    /// <summary>True when a table decides: unknown columns are left out, and a row's missing columns are missing values.</summary>
    protected virtual bool IsLenient => false;

    /// <summary>Reads the body into the call by <paramref name="filler"/>, and returns the number of rows for those inputs that came by rows.</summary>
    protected abstract int Read(InferenceCall call, HttpContext context, scoped ref TensorFiller filler);

    /// <summary>Reads nothing but what the body says besides its values.</summary>
    protected virtual void ReadFields(InferenceCall call, HttpContext context) => SharedMembers.ReadAll(call);

    /// <summary>Writes the answer, without the last brace of its object.</summary>
    protected abstract void WriteValues(InferenceCall call, SignatureNames names);

    protected sealed override void Parse(InferenceCall call, HttpContext context)
    {
        const int FillsOnStack = 40;
        var names = ReaderOf(call, context).Names;
        var places = TensorFiller.Places(names);
        if (places <= FillsOnStack)
        {
            Span<InputFill> fills = stackalloc InputFill[places];
            fills.Clear();
            Read(call, context, names, fills);
            return;
        }

        var rented = ArrayPool<InputFill>.Shared.Rent(places);
        try
        {
            rented.AsSpan(0, places).Clear();
            Read(call, context, names, rented.AsSpan(0, places));
        }
        finally
        {
            ArrayPool<InputFill>.Shared.Return(rented);
        }
    }

    protected sealed override void Write(InferenceCall call, HttpContext context)
    {
        WriteValues(call, call.Answered!.Names);

        // Such clients expect their own members only, so what else there is to say goes into headers.
        var headers = context.Response.Headers;
        headers[IdHeader] = HeaderText(call.Id);
        headers[VersionHeader] = call.Answered.Semantic;
        headers[RoleHeader] = call.Answered.Role;
        if (call.RequestId is { } id)
        {
            call.Answer.Append(",\"id\":"u8);
            ValueWriter.WriteText(call.Answer, id);
        }

        if (call.WantsTiming)
        {
            WriteTiming(call);
        }

        call.Answer.Append((byte)'}');
        context.Response.ContentType = MediaTypeNames.Application.Json;
    }

    private void Read(InferenceCall call, HttpContext context, SignatureNames names, scoped Span<InputFill> fills)
    {
        var filler = new TensorFiller(call, names, fills, Options.MaxElements) { IsLenient = IsLenient };
        var rows = Read(call, context, ref filler);
        filler.Finish(rows);
    }

    /// <summary>
    /// The version by whose signature the values are read. While a rollout tries a version of another signature, the request's fields, which may stand behind the values, decide it:
    /// only then they are read first.
    /// </summary>
    private ServedVersion ReaderOf(InferenceCall call, HttpContext context)
    {
        var route = call.Route!;
        var version = route.Find(call.Pinned)!;
        if (call.Pinned is not null || route.Candidate is not { } candidate || candidate.Names.ReadsLike(version.Names))
        {
            return version;
        }

        ReadFields(call, context);
        RowHeaders.Read(context.Request.Headers, call.Fields);
        var share = CandidateShare.Of(route.State.Candidate!, call);
        call.RequestId = null;
        call.Fields.Clear();
        call.Texts.Clear(int.MaxValue);
        return share == Share.Candidate ? candidate : version;
    }

    // A header holds nothing but visible ASCII.
    private static string HeaderText(string id)
    {
        foreach (var c in id)
        {
            if (c is <= ' ' or > '~')
            {
                return Uri.EscapeDataString(id);
            }
        }

        return id;
    }

    private static void WriteTiming(InferenceCall call)
    {
        var timing = call.TimingSoFar();
        WriteMicroseconds(call, ",\"timing\":{\"parse_us\":"u8, timing.Parse);
        WriteMicroseconds(call, ",\"queue_us\":"u8, timing.Queue);
        WriteMicroseconds(call, ",\"batch_us\":"u8, timing.Batch);
        WriteMicroseconds(call, ",\"run_us\":"u8, timing.Run);
        WriteMicroseconds(call, ",\"write_us\":"u8, timing.Write);
        call.Answer.Append(call.FromCache ? ",\"from_cache\":true}"u8 : ",\"from_cache\":false}"u8);
    }

    private static void WriteMicroseconds(InferenceCall call, ReadOnlySpan<byte> name, long length)
    {
        call.Answer.Append(name);
        call.Microseconds(length).TryFormat(call.Answer.GetSpan(32), out var written, "F1", CultureInfo.InvariantCulture);
        call.Answer.Advance(written);
    }
}
