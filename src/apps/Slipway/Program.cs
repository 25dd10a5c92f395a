using System.CommandLine;
using System.Runtime.InteropServices;
using Slipway.Commands;

// One token for Ctrl+C and SIGTERM: every verb stops what it does, cleanly, and the program then ends by itself.
using var stop = new CancellationTokenSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);

// `@FILE` is no file of arguments here: it is a mistyped MODEL@VERSION, and is answered as one.
var parsed = SlipwayCommand.Create().Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
if (parsed.Errors.Count > 0)
{
    return SlipwayCommand.ReportWrongUsage(parsed);
}

return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null }, stop.Token);

void Stop(PosixSignalContext signal)
{
    // A second signal is somebody who will not wait for requests in flight: it ends the program as it would any other.
    signal.Cancel = !stop.IsCancellationRequested;
    stop.Cancel();
}
