using System.CommandLine;
using System.Text.Json;
using AiGateway.Cli.Client;

namespace AiGateway.Cli.Commands;

/// <summary><c>aigw chat</c>: a small conversation through a running gateway.</summary>
internal sealed class ChatCommand
{
    private readonly CliEnvironment _environment;
    private readonly Option<Uri> _url;
    private readonly Argument<string?> _model = new("model") { Description = "Model to talk to. Default: the first one the gateway lists", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<string?> _message = new("--message", "-m") { Description = "Say this, print the answer, end. Without it: a conversation, or standard input when it is not a terminal", HelpName = "TEXT" };
    private readonly Option<string?> _system = new("--system") { Description = "Instructions for the model", HelpName = "TEXT" };

    private ChatCommand(CliEnvironment environment)
    {
        _environment = environment;
        _url = UrlOption.Create(environment);
    }

    public static Command Create(CliEnvironment environment)
    {
        var chat = new ChatCommand(environment);
        var command = new Command("chat", "Talk to a model through a running gateway") { chat._model, chat._message, chat._system, chat._url };
        command.SetAction(chat.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        using var client = new GatewayClient(parsed.GetValue(_url)!);
        try
        {
            var model = parsed.GetValue(_model) ?? await FirstModelAsync(client, cancellationToken);
            if (model is null)
            {
                await _environment.Error.WriteLineAsync("The gateway lists no models; name one: aigw chat MODEL");
                return 1;
            }

            var conversation = new Conversation(client, model, _environment.Time);
            if (parsed.GetValue(_system) is { Length: > 0 } system)
                conversation.Instruct(system);
            var message = parsed.GetValue(_message) ?? (_environment.InputIsTerminal ? null : (await _environment.Input.ReadToEndAsync(cancellationToken)).Trim());
            return message is null ? await ConverseAsync(conversation, model, cancellationToken) : await SayAsync(conversation, message, cancellationToken) ? 0 : 1;
        }
        catch (GatewayUnavailableException exception)
        {
            await _environment.Error.WriteLineAsync(exception.Message);
            return 1;
        }
    }

    private async Task<int> ConverseAsync(Conversation conversation, string model, CancellationToken cancellationToken)
    {
        await _environment.Error.WriteLineAsync($"Talking to {model}. An empty line or Ctrl-D ends.");
        while (true)
        {
            await _environment.Error.WriteAsync("> ");
            if (await _environment.Input.ReadLineAsync(cancellationToken) is not { Length: > 0 } line)
                return 0;
            await SayAsync(conversation, line, cancellationToken);
        }
    }

    private async Task<bool> SayAsync(Conversation conversation, string text, CancellationToken cancellationToken)
    {
        var turn = await conversation.AskAsync(text, Print, cancellationToken);
        if (turn.Text.Length > 0)
            await _environment.Output.WriteLineAsync();
        if (turn.Error is not null)
        {
            await _environment.Error.WriteLineAsync(turn.Error);
            return false;
        }

        await _environment.Error.WriteLineAsync(_environment.UsesColor ? $"\e[2m{turn.Figures()}\e[0m" : turn.Figures());
        return true;
    }

    private void Print(string text)
    {
        _environment.Output.Write(text);
        _environment.Output.Flush();
    }

    private static async Task<string?> FirstModelAsync(GatewayClient client, CancellationToken cancellationToken)
    {
        using var response = await client.SendAsync(HttpMethod.Get, "/v1/models", null, cancellationToken);
        if (!response.IsSuccessStatusCode)
            return null;
        try
        {
            return ModelEntry.Read(await response.Content.ReadAsByteArrayAsync(cancellationToken)) is [{ Id: var first }, ..] ? first : null;
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return null;
        }
    }
}
