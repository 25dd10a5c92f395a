using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Hosting;

namespace Slipway.Console.Hosting;

/// <summary>The server's environment without its folders: the console's files lie inside the assembly.</summary>
internal sealed class ConsoleEnvironment(IHostEnvironment server) : IWebHostEnvironment
{
    public string ApplicationName { get; set; } = typeof(ConsoleEnvironment).Assembly.GetName().Name!;

    public string EnvironmentName { get; set; } = server.EnvironmentName;

    public string ContentRootPath { get; set; } = AppContext.BaseDirectory;

    public IFileProvider ContentRootFileProvider { get; set; } = new NullFileProvider();

    public string WebRootPath { get; set; } = AppContext.BaseDirectory;

    public IFileProvider WebRootFileProvider { get; set; } = new NullFileProvider();
}
