using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;

// The floor: the same web server and routing as ours, reading the whole request and answering with a constant of an answer's length. What remains of a model server's
// cost above this is its own.
var port = int.Parse(args[0], System.Globalization.CultureInfo.InvariantCulture);
var answer = """
    {"model_name":"trees","model_version":"1.0.0","parameters":{"role":"stable"},"id":"019a0000-0000-7000-8000-000000000000","outputs":[{"name":"prediction","datatype":"FP64","shape":[1],"data":[-9.621156632204512]}]}
    """u8.ToArray();

var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
{
    kestrel.AddServerHeader = false;
    kestrel.Listen(IPAddress.Loopback, port, listen => listen.Protocols = HttpProtocols.Http1);
});
builder.Services.AddRoutingCore();

var app = builder.Build();
app.UseRouting();
RequestDelegate echo = async context =>
{
    var reader = context.Request.BodyReader;
    while (true)
    {
        var read = await reader.ReadAsync(context.RequestAborted);
        reader.AdvanceTo(read.Buffer.End);
        if (read.IsCompleted)
        {
            break;
        }
    }

    context.Response.ContentType = "application/json";
    context.Response.ContentLength = answer.Length;
    await context.Response.BodyWriter.WriteAsync(answer, context.RequestAborted);
};
app.MapPost("/v2/models/{name}/infer", echo);
await app.RunAsync();
