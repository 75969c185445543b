using System.Text.Json;

namespace AiGateway.StreamLoad;

/// <summary>Opens many streams and reads them all at once.</summary>
internal static class LoadClient
{
    // Connections are opened in groups: a burst beyond the listener's backlog measures the kernel, not the gateway.
    private const int OpenedAtOnce = 128;

    public static async Task<int> RunAsync(Uri url, int streams, int frames)
    {
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { Timeout = Timeout.InfiniteTimeSpan };
        using var opening = new SemaphoreSlim(OpenedAtOnce);
        var opened = 0;
        var results = await Task.WhenAll(Enumerable.Range(0, streams).Select(_ => ReadAsync()));
        Console.WriteLine(JsonSerializer.Serialize(LoadReport.Of(results, frames)));
        return 0;

        async Task<StreamResult> ReadAsync()
        {
            var result = new StreamResult(frames);
            await opening.WaitAsync();
            HttpResponseMessage response;
            try
            {
                using var request = new HttpRequestMessage(HttpMethod.Post, url)
                {
                    Content = new StringContent("""{"model":"load","stream":true,"messages":[{"role":"user","content":"go"}]}""", System.Text.Encoding.UTF8, "application/json"),
                };
                response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            }
            catch (HttpRequestException exception)
            {
                result.Fail(exception.Message);
                return result;
            }
            finally
            {
                opening.Release();
                if (Interlocked.Increment(ref opened) == streams) Console.WriteLine("running");
            }

            using (response)
            {
                if (response.IsSuccessStatusCode) await result.ReadAsync(await response.Content.ReadAsStreamAsync());
                else result.Fail($"status {(int)response.StatusCode}");
            }

            return result;
        }
    }
}
