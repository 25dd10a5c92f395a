using System.Globalization;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Serving;
using Slipway.Serving.Grpc.Protos;

namespace Slipway.Serve.Tests.Serving.Grpc;

public sealed class GrpcInferTests(GrpcFixture fixture) : IClassFixture<GrpcFixture>
{
    private readonly GRPCInferenceService.GRPCInferenceServiceClient _client = fixture.Client;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_request_is_answered_with_the_models_own_prediction(bool raw)
    {
        var answer = await _client.ModelInferAsync(raw ? GrpcRequests.RawSummer() : GrpcRequests.Summer(), cancellationToken: Cancel);

        Assert.Equal(ServingServer.Second, answer.Prediction(), 1e-12);
        Assert.Equal(("bikes", "1.1.0", "stable"), (answer.ModelName, answer.ModelVersion, answer.Role()));
        var output = Assert.Single(answer.Outputs);
        Assert.Equal(("prediction", "FP64"), (output.Name, output.Datatype));
        Assert.Equal([1L], output.Shape);
        Assert.Null(output.Contents);
        Assert.Equal(7, Guid.Parse(answer.Id).Version);
    }

    [Theory]
    [InlineData("1")]
    [InlineData("1.0.0")]
    public async Task A_version_is_pinned_by_number_and_by_semantic_version(string version)
    {
        var request = GrpcRequests.Summer();
        request.ModelVersion = version;

        var answer = await _client.ModelInferAsync(request, cancellationToken: Cancel);

        Assert.Equal(ServingServer.First, answer.Prediction(), 1e-12);
        Assert.Equal(("1.0.0", "previous"), (answer.ModelVersion, answer.Role()));
    }

    [Fact]
    public async Task An_id_comes_back_and_requested_outputs_are_the_answer()
    {
        var request = GrpcRequests.Summer();
        request.Id = "row 7 é";
        request.Outputs.Add(new ModelInferRequest.Types.InferRequestedOutputTensor { Name = "prediction" });

        var answer = await _client.ModelInferAsync(request, cancellationToken: Cancel);

        Assert.Equal("row 7 é", answer.Id);
        Assert.Equal("prediction", Assert.Single(answer.Outputs).Name);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_output_comes_as_its_highest_classes_when_it_is_asked_for_so(bool raw)
    {
        var request = GrpcRequests.Summer();
        request.Parameters["binary_data_output"] = new InferParameter { BoolParam = raw };
        request.Outputs.Add(new ModelInferRequest.Types.InferRequestedOutputTensor { Name = "prediction", Parameters = { ["classification"] = new InferParameter { Int64Param = 3 } } });

        var answer = await _client.ModelInferAsync(request, cancellationToken: Cancel);

        var output = Assert.Single(answer.Outputs);
        Assert.Equal(("prediction", "BYTES"), (output.Name, output.Datatype));
        Assert.Equal([1L, 1L], output.Shape);
        var text = raw ? answer.RawOutputContents[0].ToStringUtf8()[sizeof(int)..] : output.Contents.BytesContents[0].ToStringUtf8();
        Assert.Equal(ServingServer.Second, double.Parse(text.Split(':')[0], CultureInfo.InvariantCulture), 1e-6);
        Assert.EndsWith(":0", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Outputs_come_typed_when_the_request_asks_for_it()
    {
        var request = GrpcRequests.Summer();
        request.Parameters["binary_data_output"] = new InferParameter { BoolParam = false };

        var answer = await _client.ModelInferAsync(request, cancellationToken: Cancel);

        Assert.Empty(answer.RawOutputContents);
        Assert.Equal(ServingServer.Second, Assert.Single(answer.Outputs[0].Contents.Fp64Contents), 1e-12);
    }

    [Fact]
    public async Task Fields_of_the_rows_come_as_parameters_and_as_metadata_and_parameters_go_first()
    {
        var request = GrpcRequests.Summer();
        request.Id = "fields";
        request.Parameters["event_time"] = new InferParameter { StringParam = "2012-05-03T14:00:00Z" };
        request.Parameters["segment.device"] = new InferParameter { StringParam = "mobile" };
        request.Parameters["segment.day"] = new InferParameter { Int64Param = 4 };
        request.Parameters["unknown"] = new InferParameter { DoubleParam = 1.5 };
        var headers = new Metadata { { "Slipway-Sticky-Key", "user-7" }, { "Slipway-Segment-Device", "desktop" } };

        await _client.ModelInferAsync(request, headers, cancellationToken: Cancel);

        var record = Assert.Single(fixture.Sink.Records, r => r.Id == "fields");
        Assert.Equal(["user-7"], record.Keys);
        Assert.Equal([new DateTimeOffset(2012, 5, 3, 14, 0, 0, TimeSpan.Zero)], record.EventTimes);
        Assert.Equal(["day=4", "device=mobile"], record.Segments.Order());
    }

    [Fact]
    public async Task Timing_comes_when_it_is_asked_for()
    {
        var request = GrpcRequests.Summer();
        request.Parameters["timing"] = new InferParameter { BoolParam = true };

        var timed = await _client.ModelInferAsync(request, cancellationToken: Cancel);
        var plain = await _client.ModelInferAsync(GrpcRequests.Summer(), cancellationToken: Cancel);

        string[] names = ["timing_parse_us", "timing_queue_us", "timing_batch_us", "timing_run_us", "timing_write_us", "from_cache"];
        Assert.Equal(names.Order(), timed.Parameters.Keys.Where(name => name != "role").Order());
        Assert.True(timed.Parameters["timing_run_us"].DoubleParam > 0);
        Assert.Equal(InferParameter.ParameterChoiceOneofCase.BoolParam, timed.Parameters["from_cache"].ParameterChoiceCase);
        Assert.Equal(["role"], plain.Parameters.Keys);
    }

    [Fact]
    public async Task Many_calls_at_once_each_have_their_own_answer()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 200).Select(async i =>
        {
            var request = i % 2 == 0 ? GrpcRequests.Summer() : GrpcRequests.RawSummer();
            request.Id = $"call-{i}";
            request.ModelVersion = i % 3 == 0 ? "1" : "";
            return (i, await _client.ModelInferAsync(request, cancellationToken: Cancel));
        }));

        Assert.All(answers, answer =>
        {
            Assert.Equal($"call-{answer.i}", answer.Item2.Id);
            Assert.Equal(answer.i % 3 == 0 ? ServingServer.First : ServingServer.Second, answer.Item2.Prediction(), 1e-12);
        });
    }

    [Fact]
    public async Task A_deadline_that_has_passed_is_told()
    {
        var status = await GrpcRequests.FailsAsync(_client.ModelInferAsync(GrpcRequests.Summer(), deadline: DateTime.UnixEpoch, cancellationToken: Cancel));

        Assert.Equal(StatusCode.DeadlineExceeded, status.StatusCode);
    }

    [Theory]
    [InlineData(0, null, 3600)]
    [InlineData(2_000_000, null, 2)]
    [InlineData(2_000_000, 3600, 2)]
    public async Task The_smaller_of_deadline_and_timeout_holds(long timeoutMicroseconds, int? deadlineSeconds, int most)
    {
        var sink = new LimitSink();
        await using var server = await ServingServer.StartAsync(new ServingOptions(), services => services.AddSingleton<IPredictionSink>(sink), null, Cancel);
        await server.DeployAsync("bikes", both: false, Cancel);
        using var channel = GrpcChannel.ForAddress(server.GrpcAddress);
        var request = GrpcRequests.Summer();
        request.Parameters["timeout"] = new InferParameter { Int64Param = timeoutMicroseconds };
        request.Parameters["priority"] = new InferParameter { Uint64Param = 3 };
        var deadline = timeoutMicroseconds == 0 ? most : deadlineSeconds;

        await new GRPCInferenceService.GRPCInferenceServiceClient(channel).ModelInferAsync(
            request, deadline: deadline is { } seconds ? TimeProvider.System.GetUtcNow().UtcDateTime.AddSeconds(seconds) : null, cancellationToken: Cancel);

        Assert.Equal(3, sink.Priority);
        Assert.InRange(sink.Timeout!.Value, timeoutMicroseconds == 0 ? TimeSpan.FromTicks(1) : TimeSpan.FromSeconds(most), TimeSpan.FromSeconds(most));
    }

    public static TheoryData<string, StatusCode, string> Wrong() => new()
    {
        { "unknown model", StatusCode.NotFound, "Request for unknown model: 'nobody' is not found" },
        { "unknown version", StatusCode.NotFound, "Request for unknown model: 'bikes' version '9.9.9' is not found" },
        { "no model", StatusCode.InvalidArgument, "no model_name" },
        { "long model", StatusCode.InvalidArgument, "model_name of 100000 characters" },
        { "no inputs", StatusCode.InvalidArgument, "no inputs" },
        { "missing input", StatusCode.InvalidArgument, "'season' is missing" },
        { "unknown input", StatusCode.InvalidArgument, "'rain' is not one of those" },
        { "twice", StatusCode.InvalidArgument, "'temp' is given twice" },
        { "too many inputs", StatusCode.InvalidArgument, "10002 inputs, but bikes takes no more than 2" },
        { "no name", StatusCode.InvalidArgument, "One of the inputs has no name" },
        { "no datatype", StatusCode.InvalidArgument, "datatype" },
        { "unknown datatype", StatusCode.InvalidArgument, "'BF16', which is none of BOOL" },
        { "wrong datatype", StatusCode.InvalidArgument, "'season' is FP64, but bikes takes BYTES" },
        { "wrong contents", StatusCode.InvalidArgument, "has values in int64_contents, but FP64 travels in fp64_contents" },
        { "count", StatusCode.InvalidArgument, "has shape [2], which is 2 elements, but its fp64_contents holds 1" },
        { "no contents", StatusCode.InvalidArgument, "but its fp64_contents holds 0" },
        { "negative shape", StatusCode.InvalidArgument, "has a shape with -1 in it" },
        { "overflowing shape", StatusCode.ResourceExhausted, "more than 16777216 elements" },
        { "deep shape", StatusCode.InvalidArgument, "more than 16 dimensions" },
        { "mixed", StatusCode.InvalidArgument, "'temp' has contents, but the request has raw_input_contents" },
        { "raw count", StatusCode.InvalidArgument, "2 inputs, but 1 raw_input_contents" },
        { "raw size", StatusCode.InvalidArgument, "1 element or 8 bytes of FP64, but its raw contents have 7 bytes" },
        { "raw text", StatusCode.InvalidArgument, "Element 0 of input 'season' goes beyond its raw contents" },
        { "raw texts", StatusCode.InvalidArgument, "which is 1 element, but its raw contents hold 2" },
        { "half", StatusCode.InvalidArgument, "FP16, which has no typed contents" },
        { "range", StatusCode.InvalidArgument, "Element 0 of input 'temp' is -129, which INT8 cannot hold" },
        { "unsigned range", StatusCode.InvalidArgument, "Element 0 of input 'temp' is 65536, which UINT16 cannot hold" },
        { "unknown output", StatusCode.InvalidArgument, "bikes has no output 'nothing'" },
        { "output twice", StatusCode.InvalidArgument, "'prediction' is asked for twice" },
        { "long id", StatusCode.InvalidArgument, "id has 257 bytes" },
        { "event time", StatusCode.InvalidArgument, "event_time 'noon' is not a time" },
        { "timing", StatusCode.InvalidArgument, "'timing' must be a bool_param" },
        { "priority", StatusCode.InvalidArgument, "'priority' must be an int64_param" },
        { "classification", StatusCode.InvalidArgument, "The parameter 'classification' must be an int64_param or uint64_param" },
        { "shared memory", StatusCode.Unimplemented, "Input 'temp' has the parameter 'shared_memory_region'" },
        { "sequence", StatusCode.Unimplemented, "'sequence_id'" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public async Task What_is_wrong_is_said_with_its_status(string mistake, StatusCode code, string message)
    {
        var request = GrpcRequests.Summer();
        var raw = GrpcRequests.RawSummer();
        var output = new ModelInferRequest.Types.InferRequestedOutputTensor { Name = "prediction" };
        var temp = request.Inputs[0];
        switch (mistake)
        {
            case "unknown model": request.ModelName = "nobody"; break;
            case "unknown version": request.ModelVersion = "9.9.9"; break;
            case "no model": request.ModelName = ""; break;
            case "long model": request.ModelName = new string('x', 100_000); break;
            case "no inputs": request.Inputs.Clear(); break;
            case "missing input": request.Inputs.RemoveAt(1); break;
            case "unknown input": request.Inputs[1].Name = "rain"; break;
            case "twice": request.Inputs[1] = temp.Clone(); break;
            case "too many inputs": request.Inputs.Add(Enumerable.Range(0, 10_000).Select(_ => temp.Clone())); break;
            case "no name": temp.Name = ""; break;
            case "no datatype": temp.Datatype = ""; break;
            case "unknown datatype": temp.Datatype = "BF16"; break;
            case "wrong datatype": request.Inputs[1] = temp.Clone(); request.Inputs[1].Name = "season"; break;
            case "wrong contents": temp.Contents.Int64Contents.Add(7); break;
            case "count": temp.Shape[0] = 2; break;
            case "no contents": temp.Contents = null; break;
            case "negative shape": temp.Shape[0] = -1; break;
            case "overflowing shape": temp.Shape.Add([1L << 62, 1L << 62]); break;
            case "deep shape": temp.Shape.Add(Enumerable.Repeat(1L, 16)); break;
            case "mixed": request.RawInputContents.Add(raw.RawInputContents); break;
            case "raw count": request = raw; raw.RawInputContents.RemoveAt(1); break;
            case "raw size": request = raw; raw.RawInputContents[0] = ByteString.CopyFrom(new byte[7]); break;
            case "raw text": request = raw; raw.RawInputContents[1] = ByteString.CopyFrom([7, 0, 0, 0, .. "summer"u8]); break;
            case "raw texts": request = raw; raw.RawInputContents[1] = ByteString.CopyFrom(new byte[8]); break;
            case "half": temp.Datatype = "FP16"; break;
            case "range": temp.Datatype = "INT8"; temp.Contents = new InferTensorContents { IntContents = { -129 } }; break;
            case "unsigned range": temp.Datatype = "UINT16"; temp.Contents = new InferTensorContents { UintContents = { 65536 } }; break;
            case "unknown output": output.Name = "nothing"; request.Outputs.Add(output); break;
            case "output twice": request.Outputs.Add([output, output]); break;
            case "long id": request.Id = new string('i', 257); break;
            case "event time": request.Parameters["event_time"] = new InferParameter { StringParam = "noon" }; break;
            case "timing": request.Parameters["timing"] = new InferParameter { StringParam = "yes" }; break;
            case "priority": request.Parameters["priority"] = new InferParameter { Int64Param = -1 }; break;
            case "classification": output.Parameters["classification"] = new InferParameter { StringParam = "3" }; request.Outputs.Add(output); break;
            case "shared memory": temp.Parameters["shared_memory_region"] = new InferParameter { StringParam = "r" }; break;
            case "sequence": request.Parameters["sequence_id"] = new InferParameter { Int64Param = 7 }; break;
            default: Assert.Fail(mistake); break;
        }

        var status = await GrpcRequests.FailsAsync(_client.ModelInferAsync(request, cancellationToken: Cancel));

        Assert.Equal(code, status.StatusCode);
        Assert.Contains(message, status.Detail, StringComparison.Ordinal);
        Assert.Equal(ServingServer.Second, (await _client.ModelInferAsync(GrpcRequests.Summer(), cancellationToken: Cancel)).Prediction(), 1e-12);
    }

    /// <summary>Keeps what a call said of its own haste.</summary>
    private sealed class LimitSink : IPredictionSink
    {
        public TimeSpan? Timeout { get; private set; }

        public int Priority { get; private set; }

        public void Record(InferenceCall call) => (Timeout, Priority) = (call.Timeout, call.Priority);
    }
}
