using AiGateway.Gateway.Forwarding;

namespace AiGateway.Gateway.External;

/// <summary>The filters of one exchange: requests pass them in order, responses in the opposite one.</summary>
internal sealed class FilterChain(ProcessorChannels channels, ProcessedExchange processed) : IAsyncDisposable
{
    private readonly List<FilterRun> _runs = [];

    /// <summary>Adds a filter behind the others and lets it see the request.</summary>
    /// <returns>Null when the request goes on.</returns>
    public ValueTask<LocalReply?> RequestAsync(ProcessorFilter filter, ProcessedRequest request)
    {
        var run = new FilterRun(filter, channels, processed);
        _runs.Add(run);
        return run.RequestAsync(request);
    }

    /// <summary>The request is on its way; ends the exchange when a service that must see the response is lost.</summary>
    public void Watch()
    {
        foreach (var run in _runs) run.Watch();
    }

    /// <summary>Lets every filter that wants to see the response.</summary>
    /// <returns>The response as the client gets it; the given one is disposed when another takes its place.</returns>
    public async ValueTask<ProcessedResponse> ResponseAsync(ProcessedResponse response)
    {
        for (var i = _runs.Count - 1; i >= 0; i--)
        {
            LocalReply? reply;
            try
            {
                reply = await _runs[i].ResponseAsync(response);
            }
            catch (UpstreamBodyException exception)
            {
                reply = LocalReply.Of(processed.Exchange.Endpoint.Dialect, new DataPlane.Exchanges.Rejection(exception.Error, exception.Message), processed.Exchange.RequestId);
            }
            catch (ImmediateResponseException exception)
            {
                reply = exception.Reply;
            }
            catch (ProcessorException exception) // of a filter behind, whose body this one was reading
            {
                reply = LocalReply.Of(processed.Exchange.Endpoint.Dialect, exception.Error, exception.Details, processed.Exchange.RequestId);
            }

            if (reply is null) continue;
            await response.DisposeAsync();
            processed.CodeDetails = reply.Details;
            response = ProcessedResponse.Of(reply);
        }

        return response;
    }

    /// <summary>Ends all streams in an orderly way; for an exchange whose answer has been delivered.</summary>
    public Task CompleteAsync() => Task.WhenAll(_runs.Select(static run => run.CompleteAsync().AsTask()));

    /// <summary>Resets the streams that are not over.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var run in _runs) await run.DisposeAsync();
    }
}
