using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Mlflow;

namespace Slipway.Tracking.LoggedModels.Endpoints;

internal static class GetLoggedModel
{
    public static void Map(IEndpointRouteBuilder routes, LoggedModelReader reader) => routes.MapMlflow(
        "GET", LoggedModelCalls.OneModel, "GetLoggedModel", Permission.Read, async call => await reader.AnswerAsync(call, await reader.GetAsync(call.ModelId(), call.Cancellation)));
}
