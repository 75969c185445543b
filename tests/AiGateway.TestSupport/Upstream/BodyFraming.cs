namespace AiGateway.TestSupport.Upstream;

/// <summary>How an HTTP/1.1 answer tells where its body ends.</summary>
public enum BodyFraming
{
    /// <summary><c>content-length</c>; a body of unknown length is sent chunked instead.</summary>
    ContentLength,

    /// <summary><c>transfer-encoding: chunked</c>, one chunk per piece.</summary>
    Chunked,

    /// <summary>Neither: the end of the connection ends the body.</summary>
    CloseDelimited,

    /// <summary>Nothing is announced and nothing is sent, as 204 and 304 demand.</summary>
    NoBody,
}
