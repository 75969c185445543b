using Microsoft.Extensions.Logging;

namespace AiGateway.ServiceDefaults.Otlp;

/// <summary>Says in the service log what is wrong with a sink: each kind of trouble once, then at most once a minute, and once when it is over.</summary>
internal sealed class SinkWarnings(OtlpTarget target, ILogger logger, TimeProvider time)
{
    private readonly Throttle _overflow = new(time), _retrying = new(time), _rejected = new(time), _fault = new(time);
    private readonly string _signal = target.Signal.ToString().ToLowerInvariant();
    private bool _inTrouble;

    public void Overflow()
    {
        if (_overflow.Allows()) TelemetryLog.QueueOverflow(logger, target.Sink, _signal);
    }

    public void Retrying(SendResult result, TimeSpan wait)
    {
        _inTrouble = true;
        if (_retrying.Allows()) TelemetryLog.Retrying(logger, target.Sink, _signal, Address, result.Status, result.Message, wait.TotalSeconds);
    }

    public void Rejected(SendResult result, long items)
    {
        if (_rejected.Allows()) TelemetryLog.Rejected(logger, target.Sink, _signal, Address, result.Status, result.Message, items, Remedy(result.Status));
    }

    public void Fault(Exception fault)
    {
        if (_fault.Allows()) TelemetryLog.ExportFault(logger, fault, target.Sink, _signal);
    }

    public void LeftBehind(int items, string status) => TelemetryLog.LeftBehind(logger, items, target.Sink, _signal, status);

    public void Accepted()
    {
        if (!_inTrouble) return;
        _inTrouble = false;
        _retrying.Reset();
        TelemetryLog.Recovered(logger, target.Sink, _signal);
    }

    // A query may hold a key, so only this much is shown.
    private string Address => target.Endpoint.GetLeftPart(UriPartial.Path);

    private string Remedy(string status) => status switch
    {
        "401" or "403" or "UNAUTHENTICATED" or "PERMISSION_DENIED" => "check the credentials in the sink's headers",
        "404" or "405" or "UNIMPLEMENTED" => $"the sink does not take {_signal}: check endpoint and protocol, or switch the signal off for it",
        "413" or "RESOURCE_EXHAUSTED" => "a single item is larger than the sink accepts: raise its limit",
        "too_large" => "a single item is too large to be sent: limit the length of attribute values",
        "415" => "the sink does not take this encoding: check protocol and compression",
        _ => "check the endpoint, its protocol and the sink's own log",
    };
}
