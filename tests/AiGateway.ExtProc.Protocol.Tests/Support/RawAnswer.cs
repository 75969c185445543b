using System.Globalization;
using System.Net;
using AiGateway.ExtProc.Protocol.Grpc;

namespace AiGateway.ExtProc.Protocol.Tests.Support;

/// <param name="HttpStatus">Of the response.</param>
/// <param name="Body">All bytes.</param>
/// <param name="Fields">Headers and trailers.</param>
/// <param name="TrailersOnly">The status came in the headers.</param>
internal sealed record RawAnswer(HttpStatusCode HttpStatus, byte[] Body, IReadOnlyDictionary<string, string> Fields, bool TrailersOnly)
{
    public GrpcStatusCode Status => (GrpcStatusCode)int.Parse(Fields["grpc-status"], CultureInfo.InvariantCulture);

    public string Message => Fields["grpc-message"];
}
