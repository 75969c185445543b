namespace AiGateway.TestSupport.Upstream;

/// <summary>Ways to break chunked framing. The defect comes where the second chunk would stand, or the end if there is one chunk.</summary>
public enum ChunkDefect
{
    None,

    /// <summary>A size that is not hexadecimal.</summary>
    SizeNotHex,

    /// <summary>A negative size.</summary>
    NegativeSize,

    /// <summary>A size beyond 64 bits.</summary>
    SizeTooLarge,

    /// <summary>Chunk data that is longer than its size says.</summary>
    DataLongerThanSize,

    /// <summary>The last chunk is missing; the connection is closed instead.</summary>
    NoLastChunk,
}
