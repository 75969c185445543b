using AiGateway.Cli.Tests.Support;

namespace AiGateway.Cli.Tests.Commands;

public sealed class AigwCommandTests
{
    private const string GoodFile = """
        apiVersion: aigateway.envoyproxy.io/v1beta1
        kind: AIGatewayRoute
        metadata: {name: r, namespace: default}
        spec:
          parentRefs: [{name: g, kind: Gateway, group: gateway.networking.k8s.io}]
          rules:
            - matches: [{headers: [{name: x-ai-eg-model, value: m}]}]
              backendRefs: [{name: b}]
        ---
        apiVersion: gateway.networking.k8s.io/v1
        kind: Gateway
        metadata: {name: g, namespace: default}
        spec: {gatewayClassName: c, listeners: [{name: http, port: 8080, protocol: HTTP}]}
        ---
        apiVersion: aigateway.envoyproxy.io/v1beta1
        kind: AIServiceBackend
        metadata: {name: b, namespace: default}
        spec: {schema: {name: OpenAI}, backendRef: {name: b, kind: Backend, group: gateway.envoyproxy.io}}
        ---
        apiVersion: gateway.envoyproxy.io/v1alpha1
        kind: Backend
        metadata: {name: b, namespace: default}
        spec: {endpoints: [{ip: {address: 127.0.0.1, port: 1}}]}
        ---
        apiVersion: v1
        kind: Secret
        metadata: {name: s, namespace: default}
        stringData: {apiKey: sk-very-secret}
        ---
        apiVersion: aigateway.envoyproxy.io/v1beta1
        kind: BackendSecurityPolicy
        metadata: {name: p, namespace: default}
        spec: {type: APIKey, apiKey: {secretRef: {name: s}}, targetRefs: [{group: aigateway.envoyproxy.io, kind: AIServiceBackend, name: b}]}
        """;

    [Fact]
    public async Task Version_Text_NamesTheProduct()
    {
        using var cli = new TestCli();

        Assert.Equal(0, await cli.RunAsync("version"));

        Assert.Matches(@"^AI Gateway CLI: \d+\.\d+\.\d+", cli.Output.Text);
    }

    [Fact]
    public async Task Version_Json_HasVersionCommitRuntime()
    {
        using var cli = new TestCli();

        await cli.RunAsync("version", "-o", "json");

        var json = DemoClient.Parse(cli.Output.Text);
        Assert.Equal(Product.Version, json.GetProperty("version").GetString());
        Assert.StartsWith(".NET", json.GetProperty("runtime").GetString(), StringComparison.Ordinal);
        Assert.True(json.TryGetProperty("commit", out _));
    }

    [Fact]
    public async Task DownloadEnvoy_Always_SaysThatNothingIsNeeded()
    {
        using var cli = new TestCli();

        Assert.Equal(0, await cli.RunAsync("download-envoy"));

        Assert.Contains("needs no Envoy", cli.Output.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bash", "complete -o default -F _aigw aigw")]
    [InlineData("zsh", "compdef _aigw aigw")]
    [InlineData("fish", "complete -c aigw")]
    [InlineData("pwsh", "Register-ArgumentCompleter")]
    public async Task Completion_Shell_PrintsItsScript(string shell, string expected)
    {
        using var cli = new TestCli();

        Assert.Equal(0, await cli.RunAsync("completion", shell));

        Assert.Contains(expected, cli.Output.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Suggest_PartOfACommand_CompletesIt()
    {
        using var cli = new TestCli();

        await cli.RunAsync("[suggest:8]", "aigw val");

        Assert.Equal("validate", cli.Output.Text.Trim());
    }

    [Fact]
    public async Task Run_NothingConfigured_SaysWhatIsNeeded()
    {
        using var cli = new TestCli();

        Assert.Equal(1, await cli.RunAsync("run"));

        Assert.Equal("you must supply at least OPENAI_API_KEY, AZURE_OPENAI_API_KEY, ANTHROPIC_API_KEY, or a config file path\ntry: aigw run --demo\n", cli.Error.Text);
    }

    [Theory]
    [InlineData("AZURE_OPENAI_ENDPOINT environment variable is required when AZURE_OPENAI_API_KEY is set", null)]
    [InlineData("OPENAI_API_VERSION environment variable is required when AZURE_OPENAI_API_KEY is set", "https://x.openai.azure.com")]
    public async Task Run_AzureIncomplete_NamesTheMissingVariable(string expected, string? endpoint)
    {
        using var cli = new TestCli(("AZURE_OPENAI_API_KEY", "k"));
        if (endpoint is not null)
            cli.Variables["AZURE_OPENAI_ENDPOINT"] = endpoint;

        Assert.Equal(1, await cli.RunAsync("run"));

        Assert.Equal(expected + "\n", cli.Error.Text);
    }

    [Fact]
    public async Task Run_BothMcpFlags_AreExclusive()
    {
        using var cli = new TestCli();

        Assert.Equal(1, await cli.RunAsync("run", "--mcp-config", "x", "--mcp-json", "{}"));

        Assert.Equal("mcp-config and mcp-json are mutually exclusive\n", cli.Error.Text);
    }

    [Theory]
    [InlineData("--mcp-config", "/nowhere/mcp.json", "failed to read MCP config file: ")]
    [InlineData("--mcp-json", "{", "failed to unmarshal MCP config: ")]
    [InlineData("--mcp-json", "[]", "failed to unmarshal MCP config: ")]
    public async Task Run_BadMcp_SaysWhy(string flag, string value, string expected)
    {
        using var cli = new TestCli();

        Assert.Equal(1, await cli.RunAsync("run", flag, value));

        Assert.StartsWith(expected, cli.Error.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_MissingFile_IsReadError()
    {
        using var cli = new TestCli();

        Assert.Equal(1, await cli.RunAsync("run", "/nowhere/config.yaml"));

        Assert.Contains("error reading config", cli.Error.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--drain-timeout", "soon")]
    [InlineData("--port", "70000")]
    [InlineData("--port", "-1")]
    [InlineData("--admin-port", "x")]
    [InlineData("--resolve", "x")]
    [InlineData("--log-format", "xml")]
    public async Task Run_BadFlag_IsRefused(string flag, string value)
    {
        using var cli = new TestCli();

        Assert.NotEqual(0, await cli.RunAsync("run", flag, value));

        Assert.Contains(value, cli.Error.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_StateHomeIsAFile_SaysWhereToPointIt()
    {
        using var cli = new TestCli();
        cli.Variables["AIGW_STATE_HOME"] = cli.WriteFile("state-file", "");

        Assert.Equal(1, await cli.RunAsync("--port", "0"));

        Assert.Contains("--state-home or AIGW_STATE_HOME", cli.Error.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_BadTelemetryVariable_NamesIt()
    {
        using var cli = new TestCli(("OTEL_LOGS_EXPORTER", "xyz"));

        Assert.Equal(1, await cli.RunAsync("--port", "0", "--admin-port", "0"));

        Assert.Contains("OTEL_LOGS_EXPORTER", cli.Error.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Validate_GoodFile_IsOk()
    {
        using var cli = new TestCli();

        Assert.Equal(0, await cli.RunAsync("validate", cli.WriteFile("good.yaml", GoodFile)));

        Assert.Equal("ok: 6 objects\n", cli.Error.Text);
        Assert.Equal("", cli.Output.Text);
    }

    [Theory]
    [InlineData("text", ":5:")]
    [InlineData("github", "::error file=")]
    [InlineData("json", "\"severity\": \"error\"")]
    public async Task Validate_Mistake_NamesThePlace(string format, string expected)
    {
        using var cli = new TestCli();
        var path = cli.WriteFile("bad.yaml", "apiVersion: aigateway.envoyproxy.io/v1beta1\nkind: AIServiceBackend\nmetadata: {name: b}\nspec:\n  schema: {name: OpenAy}\n  backendRef: {name: b, kind: Backend, group: gateway.envoyproxy.io}\n");

        Assert.Equal(1, await cli.RunAsync("validate", path, "-o", format));

        Assert.Contains(expected, cli.Output.Text, StringComparison.Ordinal);
        Assert.Contains("1 error", cli.Error.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Validate_StandardInput_IsRead()
    {
        using var cli = new TestCli { Input = GoodFile };

        Assert.Equal(0, await cli.RunAsync("validate", "-"));
    }

    [Theory]
    [InlineData("yaml")]
    [InlineData("json")]
    public async Task Translate_Compiled_HasNoSecret(string format)
    {
        using var cli = new TestCli();

        Assert.Equal(0, await cli.RunAsync("translate", cli.WriteFile("good.yaml", GoodFile), "-o", format));

        Assert.Contains("default/b/route/r/rule/0/ref/0", cli.Output.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("sk-very-secret", cli.Output.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Translate_OneGateway_LeavesOthersOut()
    {
        using var cli = new TestCli();
        var path = cli.WriteFile("good.yaml", GoodFile);

        Assert.Equal(0, await cli.RunAsync("translate", path, "--gateway", "default/g"));
        Assert.Equal(1, await cli.RunAsync("translate", path, "--gateway", "default/other"));

        Assert.Contains("default/other", cli.Error.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Translate_TargetToCome_SaysSo()
    {
        using var cli = new TestCli();

        Assert.Equal(2, await cli.RunAsync("translate", "--to", "gatewayapi", "-"));

        Assert.Contains("not there yet", cli.Error.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Translate_Demo_PrintsResourcesThatValidate()
    {
        using var cli = new TestCli();
        Assert.Equal(0, await cli.RunAsync("translate", "--demo"));

        using var check = new TestCli(("AIGW_DEMO_KEY", "k")) { Input = cli.Output.Text };
        Assert.Equal(0, await check.RunAsync("validate", "-"));

        Assert.Matches("^ok: ", check.Error.Text);
    }

    [Fact]
    public async Task Translate_DemoCompiled_HasEveryModel()
    {
        using var cli = new TestCli();

        Assert.Equal(0, await cli.RunAsync("translate", "--demo", "--to", "compiled"));

        Assert.All(AiGateway.Cli.Demo.DemoModels.All, model => Assert.Contains(model, cli.Output.Text, StringComparison.Ordinal));
        Assert.Equal("", cli.Error.Text);
    }

    [Theory]
    [InlineData("models")]
    [InlineData("chat", "-m", "x")]
    public async Task Client_NoGateway_SaysHowToStartOne(params string[] arguments)
    {
        using var cli = new TestCli();

        // Port 1 of the loopback interface: reserved, so nothing listens there.
        Assert.Equal(1, await cli.RunAsync([.. arguments, "--url", "http://127.0.0.1:1"]));

        Assert.Contains("start one with: aigw run", cli.Error.Text, StringComparison.Ordinal);
    }
}
