using System.Buffers.Binary;

namespace AiGateway.Cli.Demo.Media;

/// <summary>Sound for a text: one short tone per word, its pitch from the word. 16-bit mono samples, as PCM or in a WAV file.</summary>
internal static class ToneWave
{
    /// <summary>Samples per second; the rate of OpenAI's raw PCM.</summary>
    public const int SampleRate = 24_000;

    /// <summary>Length of the RIFF, format and data headers.</summary>
    public const int HeaderLength = 44;

    private const int SamplesPerWord = SampleRate / 5;
    private const int FadeSamples = SampleRate / 100;
    private const int MostWords = 100;
    private const double Amplitude = 0.3 * short.MaxValue;
    private const double LowestPitch = 220;

    /// <summary>Raw little-endian samples.</summary>
    public static byte[] Pcm(string text)
    {
        var words = DemoText.Words(text).Where(static word => !string.IsNullOrWhiteSpace(word)).Take(MostWords).ToList();
        var samples = new byte[words.Count * SamplesPerWord * sizeof(short)];
        for (var w = 0; w < words.Count; w++)
        {
            // Two octaves of semitones, so that different words are heard to differ.
            var pitch = LowestPitch * Math.Pow(2, DemoSeed.Of(words[w].Trim()).Number % 24 / 12.0);
            for (var i = 0; i < SamplesPerWord; i++)
            {
                var fade = Math.Min(1, Math.Min(i, SamplesPerWord - i) / (double)FadeSamples);
                var value = (short)(Amplitude * fade * Math.Sin(2 * Math.PI * pitch * i / SampleRate));
                BinaryPrimitives.WriteInt16LittleEndian(samples.AsSpan((w * SamplesPerWord + i) * sizeof(short)), value);
            }
        }

        return samples;
    }

    /// <summary>The same as a WAV file.</summary>
    public static byte[] Wav(string text)
    {
        var pcm = Pcm(text);
        var file = new byte[HeaderLength + pcm.Length];
        "RIFF"u8.CopyTo(file);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(4), file.Length - 8);
        "WAVEfmt "u8.CopyTo(file.AsSpan(8));
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(16), 16); // length of the format block
        BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(20), 1); // PCM
        BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(22), 1); // mono
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(24), SampleRate);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(28), SampleRate * sizeof(short));
        BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(32), sizeof(short));
        BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(34), 16); // bits per sample
        "data"u8.CopyTo(file.AsSpan(36));
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(40), pcm.Length);
        pcm.CopyTo(file.AsSpan(HeaderLength));
        return file;
    }

    /// <summary>Length of a WAV file in seconds; null when the bytes are not one.</summary>
    public static double? SecondsOf(ReadOnlySpan<byte> file)
    {
        if (file.Length < HeaderLength || !file.StartsWith("RIFF"u8) || !file[8..].StartsWith("WAVE"u8))
            return null;
        var bytesPerSecond = 0;
        for (var at = 12; at + 8 <= file.Length;)
        {
            var length = BinaryPrimitives.ReadUInt32LittleEndian(file[(at + 4)..]);
            if (file[at..].StartsWith("fmt "u8) && at + 20 <= file.Length)
                bytesPerSecond = BinaryPrimitives.ReadInt32LittleEndian(file[(at + 16)..]);
            else if (file[at..].StartsWith("data"u8) && bytesPerSecond > 0)
                return Math.Min(length, file.Length - at - 8) / (double)bytesPerSecond;
            if (length > file.Length - at - 8)
                return null;
            at += 8 + (int)length + (int)(length & 1);
        }

        return null;
    }
}
