using System.Text;
using System.Text.Json;

namespace AiGateway.ControlPlane.Resources.Reading;

/// <summary>Checks that a text is one JSON value.</summary>
internal static class JsonText
{
    public static bool IsValid(string text)
    {
        try
        {
            var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(text));
            while (reader.Read())
            {
                // Reading to the end is the check.
            }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
