using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Microsoft.ML.OnnxRuntime;

// What ONNX Runtime does in a process of its own, without any server: a session of one thread for each of several callers, tensors bound once. No server can do more.
// Arguments: the model, a file of floats, the input's shape (1,3,96,96), how many run at the same time, seconds.
var shape = args[2].Split(',').Select(part => long.Parse(part, CultureInfo.InvariantCulture)).ToArray();
var input = new float[shape.Aggregate(1L, (all, one) => all * one)];
Buffer.BlockCopy(File.ReadAllBytes(args[1]), 0, input, 0, input.Length * sizeof(float));
var callers = int.Parse(args[3], CultureInfo.InvariantCulture);
var length = TimeSpan.FromSeconds(double.Parse(args[4], CultureInfo.InvariantCulture));

using var options = new SessionOptions { IntraOpNumThreads = 1, InterOpNumThreads = 1 };
var runs = new long[callers];
var answers = new float[callers][];
var used = TimeSpan.Zero;
using var start = new Barrier(callers + 1);
var threads = Enumerable.Range(0, callers).Select(caller => new Thread(() => Run(caller))).ToList();
threads.ForEach(thread => thread.Start());
start.SignalAndWait();
var before = Process.GetCurrentProcess().TotalProcessorTime;
var watch = Stopwatch.StartNew();
threads.ForEach(thread => thread.Join());
var seconds = watch.Elapsed.TotalSeconds;
used = Process.GetCurrentProcess().TotalProcessorTime - before;

var total = runs.Sum();
Console.WriteLine(JsonSerializer.Serialize(new { rate = total / seconds, cpu_us = used.TotalMicroseconds / total, answer = answers[0] }));

void Run(int caller)
{
    using var session = new InferenceSession(args[0], options);
    using var runOptions = new RunOptions();
    using var value = OrtValue.CreateTensorValueFromMemory(input, shape);
    using var binding = session.CreateIoBinding();
    binding.BindInput(session.InputNames[0], value);
    binding.BindOutputToDevice(session.OutputNames[0], OrtMemoryInfo.DefaultInstance);
    var warm = Stopwatch.StartNew();
    do
    {
        session.RunWithBinding(runOptions, binding);
    }
    while (warm.Elapsed.TotalSeconds < 1);

    start.SignalAndWait();
    var watch = Stopwatch.StartNew();
    while (watch.Elapsed < length)
    {
        session.RunWithBinding(runOptions, binding);
        runs[caller]++;
    }

    using var outputs = binding.GetOutputValues();
    answers[caller] = outputs[0].GetTensorDataAsSpan<float>().ToArray();
}
