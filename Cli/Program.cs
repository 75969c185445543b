using AiGateway.Cli;
using AiGateway.Cli.Commands;

return await AigwCommand.InvokeAsync(args, CliEnvironment.OfProcess(), CancellationToken.None);
