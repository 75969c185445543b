using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using AiGateway.ExtProc.Protocol.Recording;

namespace AiGateway.Cli.Commands;

/// <summary>The <c>--record</c> options: which ext_proc streams are written to files.</summary>
internal sealed class RecordOptions
{
    private const long SmallestFile = 64 * 1024;

    private readonly Option<string?> _directory = new("--record") { Description = "Record streams in this folder, for aigw replay; credentials and content are blanked", HelpName = "DIR" };
    private readonly Option<double> _sample = new("--record-sample") { Description = "Share of the exchanges that is recorded, 0 to 1", HelpName = "SHARE", DefaultValueFactory = static _ => 1 };
    private readonly Option<string?> _filter = new("--record-filter") { Description = "Only exchanges with this request header; path=/v1/chat asks for a prefix of the path", HelpName = "NAME=VALUE" };
    private readonly Option<long> _maxBytes = new("--record-max-bytes") { Description = "Largest file; eight are kept", HelpName = "N", DefaultValueFactory = static _ => 64 * 1024 * 1024 };
    private readonly Option<bool> _bodies = new("--record-bodies") { Description = "Keep bodies as they are" };

    public RecordOptions()
    {
        _sample.Validators.Add(Share);
        _filter.Validators.Add(static result =>
        {
            if (result.Tokens is [{ Value: var text }] && text.IndexOf('=', StringComparison.Ordinal) < 1) result.AddError($"--record-filter {text} is no filter; write NAME=VALUE.");
        });
        _maxBytes.Validators.Add(static result =>
        {
            if (result.Tokens is [{ Value: var text }] && !(long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var bytes) && bytes >= SmallestFile))
                result.AddError($"--record-max-bytes {text} is no size for a file; give {SmallestFile} or more.");
        });
    }

    public void AddTo(Command command)
    {
        foreach (var option in All) command.Add(option);
    }

    /// <summary>All of them.</summary>
    public IEnumerable<Option> All => [_directory, _sample, _filter, _maxBytes, _bodies];

    /// <summary>What to record; null for nothing.</summary>
    public RecorderOptions? Read(ParseResult parsed) => parsed.GetValue(_directory) is not { Length: > 0 } directory
        ? null
        : new RecorderOptions
        {
            Directory = directory,
            Sample = parsed.GetValue(_sample),
            Filter = parsed.GetValue(_filter) is { } filter ? Pair(filter) : null,
            MaxFileBytes = parsed.GetValue(_maxBytes),
            KeepBodies = parsed.GetValue(_bodies),
        };

    private static KeyValuePair<string, string> Pair(string filter)
    {
        var equals = filter.IndexOf('=', StringComparison.Ordinal);
        return new(filter[..equals], filter[(equals + 1)..]);
    }

    private static void Share(OptionResult result)
    {
        if (result.Tokens is [{ Value: var text }] && !(double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var share) && share <= 1))
            result.AddError($"{result.Option.Name} {text} is no share; give a number from 0 to 1.");
    }
}
