using System.Buffers;
using System.Runtime.InteropServices;

namespace AiGateway.ServiceDefaults.Transport;

/// <summary>Pinned blocks of one size. The block that came back last goes out first, because it is still in the cache.</summary>
internal sealed class BlockPool : MemoryPool<byte>
{
    /// <summary>Free blocks that are kept (16 MiB); more than that is left to the garbage collector.</summary>
    internal const int MostKept = 1024;

    private readonly Lock _lock = new();
    private readonly Stack<Block> _free = new();
    private bool _disposed;

    /// <inheritdoc />
    public override int MaxBufferSize => TransportBlocks.BlockBytes;

    /// <inheritdoc />
    /// <exception cref="ArgumentOutOfRangeException">More than one block is asked for.</exception>
    /// <exception cref="ObjectDisposedException">The pool is disposed.</exception>
    public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(minBufferSize, TransportBlocks.BlockBytes);
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_free.TryPop(out var kept)) return kept.Take();
        }

        return new Block(this).Take();
    }

    /// <inheritdoc />
    protected override void Dispose(bool disposing)
    {
        lock (_lock)
        {
            _disposed = true;
            _free.Clear();
        }
    }

    private void Return(Block block)
    {
        lock (_lock)
        {
            if (!_disposed && _free.Count < MostKept) _free.Push(block);
        }
    }

    private sealed class Block(BlockPool pool) : IMemoryOwner<byte>
    {
        private readonly byte[] _bytes = GC.AllocateUninitializedArray<byte>(TransportBlocks.BlockBytes, pinned: true);
        private int _rented;

        public Memory<byte> Memory => MemoryMarshal.CreateFromPinnedArray(_bytes, 0, _bytes.Length);

        public Block Take()
        {
            _rented = 1;
            return this;
        }

        /// <summary>A second call does nothing: the block may be another connection's by then.</summary>
        public void Dispose()
        {
            if (Interlocked.Exchange(ref _rented, 0) == 1) pool.Return(this);
        }
    }
}
