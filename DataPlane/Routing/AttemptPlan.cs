using AiGateway.Contracts.Snapshots;
using AiGateway.DataPlane.Configuration;

namespace AiGateway.DataPlane.Routing;

/// <summary>
/// The order in which a request's candidates are tried. Without a retry policy every usable backend gets one attempt, by priority and weight; with one,
/// its numbers decide. One per exchange.
/// </summary>
public sealed class AttemptPlan
{
    private readonly IReadOnlyList<CandidateGroup> _groups;
    private readonly RetrySpec? _retry;
    private int _group;
    private int _inGroup;
    private UInt128 _tried; // bit i: member i of the current group; a rule has at most 128 candidates

    /// <param name="groups">Candidates by priority.</param>
    /// <param name="retry">Policy of the rule.</param>
    public AttemptPlan(IReadOnlyList<CandidateGroup> groups, RetrySpec? retry)
    {
        _groups = groups;
        _retry = retry;
    }

    /// <summary>Attempts handed out so far.</summary>
    public int Attempts { get; private set; }

    /// <summary>The policy, or null.</summary>
    public RetrySpec? Retry => _retry;

    /// <summary>The next backend to try, or null when the plan is used up.</summary>
    /// <param name="random">Source for the weighted choice.</param>
    public RuntimeBackend? Next(Random random)
    {
        if (_retry is not null && Attempts > _retry.NumRetries) return null;
        while (_group < _groups.Count)
        {
            var exhausted = _retry?.NumAttemptsPerPriority is { } limit && _inGroup >= limit && _group + 1 < _groups.Count;
            var chosen = exhausted ? -1 : Choose(_groups[_group].Members, random);
            if (chosen < 0 && !exhausted && _tried != 0 && _retry is not null && (_retry.NumAttemptsPerPriority is not null || _group + 1 == _groups.Count))
            {
                _tried = 0; // the policy allows more attempts here than there are backends left: start over on this priority
                chosen = Choose(_groups[_group].Members, random);
            }

            if (chosen >= 0)
            {
                Attempts++;
                _inGroup++;
                _tried |= UInt128.One << chosen;
                return _groups[_group].Members[chosen].Backend;
            }

            _group++;
            _inGroup = 0;
            _tried = 0;
        }

        return null;
    }

    private int Choose(IReadOnlyList<Candidate> members, Random random)
    {
        if (members.Count == 1) return _tried == 0 && members[0] is { Weight: > 0, Backend.Usable: true } ? 0 : -1;
        long total = 0;
        for (var i = 0; i < members.Count; i++) total += Share(members[i], i);
        if (total == 0) return -1;
        var point = random.NextInt64(total);
        for (var i = 0; i < members.Count; i++)
        {
            point -= Share(members[i], i);
            if (point < 0) return i;
        }

        return -1;
    }

    private int Share(Candidate member, int index) =>
        member.Backend.Usable && (_tried & (UInt128.One << index)) == 0 ? member.Weight : 0;
}
