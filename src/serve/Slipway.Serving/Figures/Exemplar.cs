using System.Diagnostics;

namespace Slipway.Serving.Figures;

/// <summary>One observation with the trace that it belongs to: the way from a slow bucket to a slow request.</summary>
/// <param name="Trace">The trace.</param>
/// <param name="Value">What was observed, in the histogram's unit.</param>
/// <param name="At">When.</param>
internal readonly record struct Exemplar(ActivityTraceId Trace, double Value, DateTimeOffset At);
