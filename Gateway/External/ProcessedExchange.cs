using AiGateway.DataPlane.Configuration;
using AiGateway.DataPlane.Exchanges;
using AiGateway.Gateway.Forwarding;
using Envoy.Config.Core.V3;
using Google.Protobuf.WellKnownTypes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace AiGateway.Gateway.External;

/// <summary>What the filters of one client exchange share: its request, the metadata that services leave, and what they may ask about it.</summary>
/// <param name="context">The client's request.</param>
/// <param name="exchange">Facts for accounting.</param>
/// <param name="headers">The request's head as filters change it.</param>
/// <param name="timer">Ends the exchange.</param>
/// <param name="log">Where failures of services are told.</param>
internal sealed class ProcessedExchange(HttpContext context, Exchange exchange, HeaderList headers, ExchangeTimer timer, ILogger log)
{
    private readonly Dictionary<string, Struct> _metadata = new(StringComparer.Ordinal);

    public HttpContext Context => context;

    public Exchange Exchange => exchange;

    public ExchangeTimer Timer => timer;

    /// <summary>Head of the request; a filter's change is seen by everything behind it, later attempts included.</summary>
    public HeaderList Headers => headers;

    /// <summary>A service asked for the route to be chosen again.</summary>
    public bool RouteIsStale { get; set; }

    /// <summary>The service has prepared the request for the only backend of a direct route; its attempt needs no question.</summary>
    public bool IsPrepared { get; set; }

    /// <summary>Destination of the current attempt.</summary>
    public string? Destination { get; set; }

    /// <summary>Why the response is what it is, in Envoy's words; null before there is one.</summary>
    public string? CodeDetails { get; set; }

    /// <summary>A service failed.</summary>
    public void Failed(ProcessorFilter filter, string details)
    {
        if (filter.FailOpen) GatewayLog.ProcessorSkipped(log, exchange.RequestId, filter.Name, details);
        else GatewayLog.ProcessorFailed(log, exchange.RequestId, filter.Name, details);
    }

    /// <summary>Backend of the current attempt; null before one was chosen.</summary>
    public RuntimeBackend? Backend => exchange.Backend;

    /// <summary>What services said under a namespace.</summary>
    public Struct? Metadata(string name) => _metadata.GetValueOrDefault(name);

    /// <summary>Keeps what a service may say; keys of all phases and filters are merged.</summary>
    public void Take(Struct? said, ProcessorFilter filter)
    {
        foreach (var name in filter.WritableNamespaces)
        {
            if (said?.Fields.GetValueOrDefault(name)?.StructValue is not { } values) continue;
            if (!_metadata.TryGetValue(name, out var known)) _metadata[name] = known = new Struct();
            foreach (var (key, value) in values.Fields) known.Fields[key] = value;
        }
    }

    /// <summary>The metadata that a service is told; null for none.</summary>
    public Metadata? MetadataFor(ProcessorFilter filter)
    {
        Metadata? told = null;
        foreach (var name in filter.ReadableNamespaces)
        {
            if (_metadata.TryGetValue(name, out var values)) (told ??= new Metadata()).FilterMetadata[name] = values;
        }

        return told;
    }
}
