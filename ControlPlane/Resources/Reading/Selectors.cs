using AiGateway.ControlPlane.Resources.V1;

namespace AiGateway.ControlPlane.Resources.Reading;

/// <summary>Label selectors.</summary>
internal static class Selectors
{
    private static readonly TextRule s_operator = TextRule.Enum("In", "NotIn", "Exists", "DoesNotExist");

    public static LabelSelector Labels(FieldReader fields) => new(
        fields.Map("matchLabels"),
        fields.List("matchExpressions", ListRule.Unlimited, static item => new LabelRequirement(
            item.RequiredText("key"),
            item.RequiredText("operator", s_operator),
            item.TextList("values", ListRule.Unlimited))));
}
