namespace AiGateway.ExtProc.Protocol.Tests.Support;

public enum Transport
{
    Tcp,
    UnixSocket,
}
