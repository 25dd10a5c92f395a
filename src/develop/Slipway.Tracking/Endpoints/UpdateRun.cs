using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Mlflow;
using Slipway.Tracking.Runs;

namespace Slipway.Tracking.Endpoints;

internal static class UpdateRun
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapMlflow("POST", "2.0/mlflow/runs/update", "UpdateRun", Permission.Develop, HandleAsync);

    private static async Task HandleAsync(MlflowCall call)
    {
        var fields = call.Fields;
        var runId = fields.RunId();
        var status = fields.Choice<RunStatus>("status");
        var endTime = fields.Integer("end_time");
        var name = fields.Limited("run_name", Limits.TagValue);
        var run = await call.ChangeAsync(runId, async transaction =>
        {
            var before = await RunStore.GetActiveAsync(transaction, runId);
            var after = await RunStore.SaveAsync(transaction, before with { Status = status ?? before.Status, EndTime = endTime ?? before.EndTime, Name = name.Length > 0 ? name : before.Name });
            if (after.Name != before.Name)
            {
                await RunLog.SetTagsAsync(transaction, after, [new Tag(Tag.RunName, after.Name)]);
            }

            return after;
        });
        await call.AnswerAsync(json => run.WriteInfo(json, "run_info"));
    }
}
