using System.Globalization;

namespace AiGateway.TestSupport.Observation;

/// <summary>What Linux tells about this process under <c>/proc/self</c>.</summary>
internal static class ProcFiles
{
    /// <summary>What every open descriptor points to, for example <c>socket:[4711]</c>.</summary>
    public static IReadOnlyList<string> DescriptorTargets()
    {
        var targets = new List<string>();
        foreach (var link in Directory.EnumerateFiles("/proc/self/fd"))
        {
            try
            {
                if (File.ResolveLinkTarget(link, returnFinalTarget: false) is { } target)
                    targets.Add(Path.GetFileName(target.FullName));
            }
            catch (IOException)
            {
                // Closed since the folder was listed.
            }
        }

        return targets;
    }

    /// <summary>
    /// The TCP sockets that belong to this process. The kernel does not take the table at one moment: while others open and close
    /// sockets a row can come twice, which is undone here, or be missed, which is not.
    /// </summary>
    public static IEnumerable<TcpSocket> TcpSockets()
    {
        var own = DescriptorTargets().ToHashSet(StringComparer.Ordinal);
        return new[] { "/proc/self/net/tcp", "/proc/self/net/tcp6" }
            .Where(File.Exists)
            .SelectMany(file => File.ReadLines(file).Skip(1))
            .Select(TcpSocket.Parse)
            .Where(socket => own.Contains($"socket:[{socket.Inode}]"))
            .DistinctBy(socket => socket.Inode);
    }

    /// <param name="LocalPort">0 when not bound.</param>
    /// <param name="RemotePort">0 when listening.</param>
    /// <param name="Inode">As in the descriptor's target.</param>
    internal readonly record struct TcpSocket(int LocalPort, int RemotePort, string Inode)
    {
        public static TcpSocket Parse(string line)
        {
            var columns = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            return new TcpSocket(Port(columns[1]), Port(columns[2]), columns[9]);
        }

        private static int Port(string address) =>
            int.Parse(address.AsSpan(address.LastIndexOf(':') + 1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
    }
}
