using Envoy.Config.Core.V3;
using Envoy.Extensions.Filters.Http.ExtProc.V3;
using Envoy.Service.ExtProc.V3;
using FsCheck;
using FsCheck.Fluent;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace AiGateway.ExtProc.Protocol.Tests.Support;

/// <summary>Generates what Envoy could send, and what nobody should.</summary>
internal static class ProcessingRequests
{
    private static readonly Gen<bool> s_bool = Gen.Elements(true, false);

    private static readonly Gen<string> s_text = Gen.Elements("", "x", ":path", "content-type", "naïve", new string('v', 300));

    private static readonly Gen<ByteString> s_bytes =
        from size in Gen.Frequency((4, Gen.Choose(0, 40)), (1, Gen.Choose(120, 140)), (1, Gen.Choose(16_380, 20_000)))
        from seed in Gen.Choose(0, int.MaxValue)
        select ByteString.CopyFrom(Random(size, seed));

    private static readonly Gen<HeaderMap> s_headers =
        from names in Gen.ArrayOf(s_text)
        from value in s_bytes
        select new HeaderMap { Headers = { names.Select(name => new HeaderValue { Key = name, RawValue = value }) } };

    private static readonly Gen<HttpHeaders> s_httpHeaders =
        from headers in s_headers
        from end in s_bool
        select new HttpHeaders { Headers = headers, EndOfStream = end };

    private static readonly Gen<HttpBody> s_body =
        from body in s_bytes
        from flags in Gen.Choose(0, 7)
        select new HttpBody { Body = body, EndOfStream = (flags & 1) != 0, EndOfStreamWithoutMessage = (flags & 2) != 0, GrpcMessageCompressed = (flags & 4) != 0 };

    private static readonly Gen<Struct> s_struct =
        from name in s_text
        from number in Gen.Choose(0, 9)
        select new Struct { Fields = { [name] = Value.ForNumber(number) } };

    /// <summary>Any message.</summary>
    public static readonly Gen<ProcessingRequest> Any =
        from part in Gen.Choose(0, 8)
        from headers in s_httpHeaders
        from body in s_body
        from metadata in Gen.Choose(0, 2)
        from attributes in s_struct
        from extras in Gen.Choose(0, 7)
        select Build(part, headers, body, metadata, attributes, extras);

    /// <summary>Bytes that are a message, two messages run together, or a message with damage.</summary>
    public static readonly Gen<byte[]> Wire =
        from first in Any
        from second in Any
        from damage in Gen.Choose(0, 6)
        from at in Gen.Choose(0, int.MaxValue)
        from value in Gen.Choose(0, 255)
        select Damage(first.ToByteArray(), second.ToByteArray(), damage, at, (byte)value);

    private static ProcessingRequest Build(int part, HttpHeaders headers, HttpBody body, int metadata, Struct attributes, int extras)
    {
        var message = new ProcessingRequest();
        switch (part)
        {
            case 0: message.RequestHeaders = headers; break;
            case 1: message.ResponseHeaders = headers; break;
            case 2 or 3: message.RequestBody = body; break;
            case 4 or 5: message.ResponseBody = body; break;
            case 6: message.RequestTrailers = new HttpTrailers { Trailers = headers.Headers }; break;
            case 7: message.ResponseTrailers = new HttpTrailers { Trailers = headers.Headers }; break;
        }

        if (metadata > 0) message.MetadataContext = new Metadata();
        if (metadata > 1) message.MetadataContext.FilterMetadata["namespace"] = attributes;
        if ((extras & 1) != 0) message.Attributes["envoy.filters.http.ext_proc"] = attributes;
        if ((extras & 2) != 0) message.ObservabilityMode = true;
        if ((extras & 4) != 0) message.ProtocolConfig = new ProtocolConfiguration { RequestBodyMode = ProcessingMode.Types.BodySendMode.Buffered };
        return message;
    }

    private static byte[] Damage(byte[] first, byte[] second, int damage, int at, byte value)
    {
        byte[] both = [.. first, .. second];
        var place = first.Length == 0 ? 0 : at % first.Length;
        switch (damage)
        {
            case 0: return first;
            case 1: return both;
            case 2: return both[..(at % (both.Length + 1))];
            case 3: return first.Length == 0 ? [value] : [.. first[..place], value, .. first[(place + 1)..]];
            case 4: return [.. first[..place], value, .. first[place..]];
            case 5: return [.. first, .. UnknownField(value)];
            default: return Random(at % 24, at);
        }
    }

    private static byte[] UnknownField(byte value) => (value % 5) switch
    {
        0 => [0xF8, 0x01, value], // 31: a number
        1 => [0xFA, 0x01, 0x02, 1, 2], // 31: two bytes
        2 => [0xFD, 0x01, 1, 2, 3, 4], // 31: four bytes
        3 => [0xFB, 0x01, 0x08, 0x01, 0xFC, 0x01], // 31: a group with a field
        _ => [0xFB, 0x01, 0x08, 0x01], // 31: a group without an end
    };

    private static byte[] Random(int size, int seed)
    {
        var bytes = new byte[size];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}
