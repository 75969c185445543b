using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace AiGateway.ExtProc.Protocol.Grpc;

/// <summary>How a call begins and ends on the server's side of HTTP/2.</summary>
internal static class ServerProtocol
{
    private static readonly string[] s_codes = [.. Enumerable.Range(0, (int)GrpcStatusCode.Unauthenticated + 1).Select(code => code.ToString(CultureInfo.InvariantCulture))];

    /// <summary>Looks whether a request is a call; otherwise answers it in plain HTTP.</summary>
    public static bool Accepts(HttpContext context)
    {
        if (!HttpProtocol.IsHttp2(context.Request.Protocol))
        {
            context.Response.StatusCode = StatusCodes.Status426UpgradeRequired;
            context.Response.Headers.Upgrade = "HTTP/2";
            return false;
        }

        if (!GrpcHeaders.IsGrpc(context.Request.ContentType))
        {
            context.Response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
            return false;
        }

        return true;
    }

    /// <summary>Prepares the response and takes the limits off that are meant for uploads: a call may be long, and silent.</summary>
    public static void Begin(HttpContext context)
    {
        context.Response.ContentType = GrpcHeaders.ContentType;
        if (GrpcHeaders.Compression(GrpcHeaders.Get(context.Request, GrpcHeaders.Encoding)) is not null)
            context.Response.Headers[GrpcHeaders.AcceptEncoding] = GrpcHeaders.Identity;
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size) size.MaxRequestBodySize = null;
        if (context.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate) rate.MinDataRate = null;
    }

    /// <summary>Says how the call ended: in the headers when there were no messages ("trailers only"), else in the trailers.</summary>
    public static void End(HttpContext context, GrpcStatus status, bool afterMessages)
    {
        var code = s_codes[(int)status.Code];
        if (!afterMessages)
        {
            context.Response.Headers[GrpcHeaders.Status] = code;
            if (status.Message.Length > 0) context.Response.Headers[GrpcHeaders.Message] = PercentEncoding.Encode(status.Message);
            return;
        }

        context.Response.AppendTrailer(GrpcHeaders.Status, code);
        if (status.Message.Length > 0) context.Response.AppendTrailer(GrpcHeaders.Message, PercentEncoding.Encode(status.Message));
    }
}
