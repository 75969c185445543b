using System.CommandLine;

namespace AiGateway.Cli.Commands;

/// <summary><c>aigw completion SHELL</c>: a script that asks the command itself for suggestions, so it never goes stale.</summary>
internal static class CompletionCommand
{
    private const string Bash = """
        # aigw completion for bash; add to ~/.bashrc:  source <(aigw completion bash)
        _aigw() {
            local line="${COMP_LINE}" word="${COMP_WORDS[COMP_CWORD]}"
            local IFS=$'\n'
            COMPREPLY=($(compgen -W "$(aigw "[suggest:${COMP_POINT}]" "${line}" 2>/dev/null)" -- "${word}"))
        }
        complete -o default -F _aigw aigw
        """;

    private const string Zsh = """
        #compdef aigw
        # aigw completion for zsh; add to ~/.zshrc:  source <(aigw completion zsh)
        _aigw() {
            local -a suggestions
            suggestions=("${(@f)$(aigw "[suggest:${CURSOR}]" "${BUFFER}" 2>/dev/null)}")
            compadd -a suggestions || _files
        }
        compdef _aigw aigw
        """;

    private const string Fish = """
        # aigw completion for fish; save as ~/.config/fish/completions/aigw.fish
        function __aigw_suggest
            set -l line (commandline -cp)
            aigw "[suggest:"(string length -- "$line")"]" "$line" 2>/dev/null
        end
        complete -c aigw -a '(__aigw_suggest)'
        """;

    private const string PowerShell = """
        # aigw completion for PowerShell; add to $PROFILE:  aigw completion pwsh | Out-String | Invoke-Expression
        Register-ArgumentCompleter -Native -CommandName aigw -ScriptBlock {
            param($word, $ast, $cursor)
            aigw "[suggest:$cursor]" "$ast" 2>$null | Where-Object { $_ -like "$word*" } | ForEach-Object {
                [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
            }
        }
        """;

    public static Command Create(CliEnvironment environment)
    {
        var shell = new Argument<string>("shell") { Description = "bash, zsh, fish or pwsh" };
        shell.AcceptOnlyFromAmong("bash", "zsh", "fish", "pwsh");
        var command = new Command("completion", "Print a completion script for a shell") { shell };
        command.SetAction(parsed => environment.Output.WriteLine(parsed.GetValue(shell) switch
        {
            "bash" => Bash,
            "zsh" => Zsh,
            "fish" => Fish,
            _ => PowerShell,
        }));
        return command;
    }
}
