using System.CommandLine;
using System.Globalization;
using AiGateway.ExtProc.Protocol.Grpc;
using AiGateway.ExtProc.Protocol.Recording;
using AiGateway.ExtProc.Protocol.Recording.Replaying;

namespace AiGateway.Cli.Commands;

/// <summary><c>aigw replay</c>: sends a recording to an ext_proc service again and says what it answers differently.</summary>
internal static class ReplayCommand
{
    private const int Same = 0, Different = 1, Unreadable = 2;

    public static Command Create(CliEnvironment environment)
    {
        var files = new Argument<string[]>("file") { Description = "Recordings of aigw extproc --record", Arity = ArgumentArity.OneOrMore };
        var to = new Option<string>("--to") { Description = "The service: HOST:PORT, http://HOST:PORT, or unix:///PATH", HelpName = "ADDRESS", DefaultValueFactory = static _ => "127.0.0.1:1063" };
        var stream = new Option<long?>("--stream") { Description = "Only the exchange that has this stream", HelpName = "N" };
        var timing = new Option<string>("--timing") { Description = "fast: one exchange after the other, no pauses. original: as it was", HelpName = "TIMING", DefaultValueFactory = static _ => "fast" };
        timing.AcceptOnlyFromAmong("fast", "original");
        var command = new Command("replay", "Send recorded ext_proc streams to a service again; exit code 0 when it answers as it did, 1 when not, 2 when that cannot be found out") { files, to, stream, timing };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            parsed.GetValue(files)!,
            parsed.GetValue(to)!,
            new ReplayOptions { Stream = parsed.GetValue(stream), OriginalTiming = parsed.GetValue(timing) == "original", Time = environment.Time },
            environment,
            cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(string[] files, string to, ReplayOptions options, CliEnvironment environment, CancellationToken cancellationToken)
    {
        var result = Same;
        try
        {
            using var channel = new GrpcChannel(Address(to));
            foreach (var file in files)
            {
                var recording = await Recording.ReadAsync(file, cancellationToken);
                var report = await new RecordingReplay(recording, channel, options).RunAsync(cancellationToken);
                Write(file, recording, report, environment);
                if (report.Differences.Count > 0) result = Different;
            }

            return result;
        }
        catch (Exception exception) when (exception is IOException or FormatException or UnauthorizedAccessException)
        {
            await environment.Error.WriteLineAsync(exception.Message);
            return Unreadable;
        }
    }

    private static void Write(string file, Recording recording, ReplayReport report, CliEnvironment environment)
    {
        foreach (var message in report.Differences.GroupBy(static difference => (difference.Stream, difference.StreamName, difference.Message)))
        {
            environment.Output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"stream {message.Key.Stream} ({message.Key.StreamName}), answer to message {message.Key.Message}:"));
            foreach (var difference in message) environment.Output.WriteLine($"  {difference.Text}");
        }

        var notes = (report.Skipped > 0 ? $"; {report.Skipped} streams left out, because records of their exchange are missing" : "") + (recording.IsCut ? "; the file ends within a record" : "");
        environment.Output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Path.GetFileName(file)}: {report.Streams} streams, {report.Answers} answers compared, {report.Differences.Count} differences{notes}"));
    }

    private static string Address(string to) => to.Contains("://", StringComparison.Ordinal) || to.StartsWith("unix:", StringComparison.OrdinalIgnoreCase) ? to : $"http://{to}";
}
