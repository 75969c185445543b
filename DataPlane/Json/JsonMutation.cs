using System.Text;
using System.Text.Json;
using AiGateway.Contracts.Snapshots;

namespace AiGateway.DataPlane.Json;

/// <summary>Applies a <see cref="BodyMutationSpec"/> to top-level members of a JSON object by cutting and pasting bytes.</summary>
public static class JsonMutation
{
    /// <summary>Removes, then sets. A member set that exists is replaced in its place, a new one is appended.</summary>
    /// <param name="body">One JSON object that was already read without error.</param>
    /// <param name="mutation">What to change. A value that is not JSON text is used as a string.</param>
    /// <returns>The new body.</returns>
    public static byte[] Apply(ReadOnlyMemory<byte> body, BodyMutationSpec mutation)
    {
        var members = Members(body.Span);
        var kept = new List<(string Name, ReadOnlyMemory<byte> Bytes)>(members.Count + mutation.Set.Count);
        foreach (var member in members)
        {
            if (!mutation.Remove.Contains(member.Name)) kept.Add((member.Name, body[member.Start..member.End]));
        }

        foreach (var (name, value) in mutation.Set)
        {
            byte[] bytes = [.. BodyEdits.JsonString(name), (byte)':', .. ValueBytes(value)];
            var at = kept.FindIndex(member => member.Name == name);
            if (at < 0) kept.Add((name, bytes));
            else kept[at] = (name, bytes);
        }

        var output = new List<byte>(body.Length + 64) { (byte)'{' };
        for (var i = 0; i < kept.Count; i++)
        {
            if (i > 0) output.Add((byte)',');
            output.AddRange(kept[i].Bytes.Span);
        }

        output.Add((byte)'}');
        return [.. output];
    }

    private static byte[] ValueBytes(string value)
    {
        var bytes = Encoding.UTF8.GetBytes(value);
        var reader = new Utf8JsonReader(bytes);
        try
        {
            while (reader.Read())
            {
            }

            return bytes;
        }
        catch (JsonException)
        {
            // Documented rule: what does not read as JSON is a plain string.
            return BodyEdits.JsonString(value);
        }
    }

    private static List<Member> Members(ReadOnlySpan<byte> body)
    {
        var members = new List<Member>();
        var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = RequestPeek.MaxDepth });
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var start = (int)reader.TokenStartIndex;
            var name = Name(ref reader);
            reader.Skip();
            members.Add(new Member(name, start, (int)reader.BytesConsumed));
        }

        return members;
    }

    /// <summary>A name with half a surrogate pair in it has no text; no mutation can mean it.</summary>
    private static string Name(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            return "";
        }
    }

    private readonly record struct Member(string Name, int Start, int End);
}
