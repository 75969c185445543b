using System.Globalization;
using System.Text.Json;
using static AiGateway.DataPlane.Telemetry.OpenInference.OpenInferenceNames;

namespace AiGateway.DataPlane.Telemetry.OpenInference.Api;

/// <summary>The offered tools, each as the whole object that was sent.</summary>
internal static class ToolSchemas
{
    /// <summary>Writes the request's <c>tools</c>.</summary>
    public static void Write(SpanAttributes attributes, JsonElement request)
    {
        var index = 0;
        foreach (var tool in request.Items("tools"))
            attributes.Set(string.Create(CultureInfo.InvariantCulture, $"{Tools}{index++}.tool.json_schema"), tool.GetRawText());
    }
}
