namespace AiGateway.EndToEnd.Tests.Vectors;

/// <summary>In which pieces the provider sends a recorded body.</summary>
public enum AnswerCut
{
    /// <summary>One piece.</summary>
    Whole,

    /// <summary>One byte each.</summary>
    ByteByByte,

    /// <summary>Pieces of 1 to 39 bytes, the same at each run.</summary>
    AtRandom,
}
