namespace Slipway.Monitoring.Log;

/// <summary>Where the time of the calls went and who shared their run: on a call's first row as its time is, NaN and 0 on its others.</summary>
/// <param name="Parse">Microseconds until the request was understood.</param>
/// <param name="Queue">Microseconds until an instance took it up.</param>
/// <param name="Run">Microseconds of the model.</param>
/// <param name="Write">Microseconds until the answer stood.</param>
/// <param name="Batch">The number of the run that answered several calls; 0 for a call that ran alone, −1 for one that no model ran for: its answer was kept.</param>
/// <param name="BatchRows">The rows of that run.</param>
internal sealed record CallColumns(float[] Parse, float[] Queue, float[] Run, float[] Write, long[] Batch, int[] BatchRows)
{
    /// <summary>Columns for so many rows, of undefined content.</summary>
    public static CallColumns Create(int rows)
    {
        return new CallColumns(Of<float>(), Of<float>(), Of<float>(), Of<float>(), Of<long>(), Of<int>());

        T[] Of<T>() => GC.AllocateUninitializedArray<T>(rows);
    }

    /// <summary>The rows at these places, in this order.</summary>
    public CallColumns Pick(int[] rows)
    {
        return new CallColumns(Of(Parse), Of(Queue), Of(Run), Of(Write), Of(Batch), Of(BatchRows));

        T[] Of<T>(T[] values) => Array.ConvertAll(rows, row => values[row]);
    }
}
