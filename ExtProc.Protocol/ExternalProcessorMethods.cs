namespace AiGateway.ExtProc.Protocol;

/// <summary>Paths of <c>envoy.service.ext_proc.v3.ExternalProcessor</c>.</summary>
public static class ExternalProcessorMethods
{
    /// <summary>Full name of the service, for health checks.</summary>
    public const string Service = "envoy.service.ext_proc.v3.ExternalProcessor";

    /// <summary>The one method: both sides stream.</summary>
    public const string Process = $"/{Service}/Process";
}
