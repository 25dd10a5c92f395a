namespace Slipway.Inference.LightGbm;

/// <summary>Writes feature values into blocks of prepared rows.</summary>
internal static class RowPreparation
{
    /// <summary>
    /// Writes one feature of <paramref name="count"/> rows, whose values stand <paramref name="step"/> apart in <paramref name="values"/>, to one slot:
    /// <paramref name="target"/> begins at the slot in the first block.
    /// </summary>
    public static void Write(SlotForm form, ReadOnlySpan<double> values, int step, int count, Span<double> target, int blockSize)
    {
        for (var row = 0; row < count; row++)
        {
            var value = values[row * step];
            target[((row / TreeEnsemble.Lanes) * blockSize) + (row % TreeEnsemble.Lanes)] = form switch
            {
                SlotForm.Filled => double.IsNaN(value) ? 0.0 : value,
                SlotForm.Plain => value,
                SlotForm.Negated => -value,
                SlotForm.ZeroPlain => IsZero(value) ? double.NaN : value,
                SlotForm.ZeroNegated => IsZero(value) ? double.NaN : -value,
                SlotForm.IsMissing => double.IsNaN(value) ? 1.0 : 0.0,
                _ => double.IsNaN(value) || IsZero(value) ? 1.0 : 0.0,
            };
        }
    }

    private static bool IsZero(double value) => value is >= -TreeCompiler.ZeroLimit and <= TreeCompiler.ZeroLimit;
}
