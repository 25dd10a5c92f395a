using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Mlflow;
using Slipway.Tracking.Runs;

namespace Slipway.Tracking.Endpoints;

internal static class SetRunTag
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapMlflow("POST", "2.0/mlflow/runs/set-tag", "SetRunTag", Permission.Develop, call =>
        {
            Tag[] tags = [call.Fields.Tag()];
            return call.ChangeRunAsync((transaction, run) => RunLog.SetTagsAsync(transaction, run, tags));
        });
        routes.MapMlflow("POST", "2.0/mlflow/runs/delete-tag", "DeleteRunTag", Permission.Develop, call =>
        {
            var key = call.Fields.RequiredText("key");
            return call.ChangeRunAsync((transaction, run) => RunLog.DeleteTagAsync(transaction, run, key));
        });
    }
}
