using AiGateway.ControlPlane.Findings;
using AiGateway.ControlPlane.Tests.Support;
using YamlDotNet.RepresentationModel;

namespace AiGateway.ControlPlane.Tests;

/// <summary>Whatever an operator writes gives findings, never an exception: golden inputs with nodes removed, doubled and replaced at random.</summary>
public sealed class RandomMutationTests
{
    private const int RoundsPerCase = 60;

    private static readonly string[] s_scalars = ["", "null", "-1", "99999999999999999999", "true", "*", "a/b", "x", "1h", "\u0000", "é", "${", "[]", "2025-01-01T00:00:00Z"];

    [Theory]
    [MemberData(nameof(GoldenTests.Cases), MemberType = typeof(GoldenTests))]
    public void GoldenInput_WithRandomDamage_NeverThrows(string name)
    {
        var original = File.ReadAllText(Path.Combine(Repository.Golden, name, "in.yaml"));
        var changed = 0;
        for (var seed = 0; seed < RoundsPerCase; seed++)
        {
            var damaged = Damage(original, new Random(seed));
            if (damaged != original) changed++;

            var result = Compile.Text(damaged);

            Assert.All(result.Findings, static finding => Assert.False(string.IsNullOrWhiteSpace(FindingWriter.ToText(finding))));
            Assert.All(result.Snapshot.Backends.Where(static backend => backend.Unusable is null), backend =>
                Assert.Contains(result.Snapshot.Pools, pool => pool.Name == backend.Pool));
            Assert.All(result.Snapshot.Routes, route => Assert.All(route.Listeners, listener =>
                Assert.Contains(result.Snapshot.Listeners, known => known.Name == listener)));
        }

        Assert.Equal(RoundsPerCase, changed);
    }

    private static string Damage(string yaml, Random random)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(yaml));
        for (var i = random.Next(1, 4); i > 0; i--)
        {
            var document = stream.Documents[random.Next(stream.Documents.Count)];
            var containers = document.AllNodes.Where(static node => node is YamlMappingNode { Children.Count: > 0 } or YamlSequenceNode { Children.Count: > 0 }).ToList();
            if (containers.Count > 0) DamageOne(containers[random.Next(containers.Count)], random);
        }

        using var output = new StringWriter();
        stream.Save(output, assignAnchors: false);
        return output.ToString();
    }

    private static void DamageOne(YamlNode container, Random random)
    {
        if (container is YamlSequenceNode sequence)
        {
            var index = random.Next(sequence.Children.Count);
            if (random.Next(3) == 0) sequence.Children.RemoveAt(index);
            else if (random.Next(2) == 0) sequence.Children.Add(sequence.Children[index]);
            else sequence.Children[index] = Replacement(random);
            return;
        }

        var mapping = (YamlMappingNode)container;
        var key = mapping.Children.Keys.ElementAt(random.Next(mapping.Children.Count));
        if (random.Next(3) == 0) mapping.Children.Remove(key);
        else if (random.Next(3) == 0) mapping.Children[new YamlScalarNode(((YamlScalarNode)key).Value + "s")] = mapping.Children[key];
        else mapping.Children[key] = Replacement(random);
    }

    private static YamlNode Replacement(Random random) => random.Next(4) switch
    {
        0 => new YamlSequenceNode(new YamlScalarNode("item")),
        1 => new YamlMappingNode("name", "value"),
        _ => new YamlScalarNode(s_scalars[random.Next(s_scalars.Length)]),
    };
}
