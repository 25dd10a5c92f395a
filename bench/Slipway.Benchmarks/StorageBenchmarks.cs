using BenchmarkDotNet.Attributes;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Core;
using Slipway.Storage;
using Slipway.Storage.Events;

namespace Slipway.Benchmarks;

/// <summary>Small durable writes of 16 callers, each answered after its commit. The mean is the time per write; its inverse the writes a second.</summary>
[MemoryDiagnoser]
public class StorageBenchmarks
{
    private const int Callers = 16;
    private const int WritesPerCaller = 1000;

    private string _folder = "";
    private ServiceProvider? _services;
    private Database? _database;

    // In the current folder rather than in /tmp, which is memory on many machines and would make fsync free.
    [GlobalSetup]
    public async Task OpenAsync()
    {
        _folder = Path.GetFullPath($"storage-benchmark-{Guid.NewGuid():N}");
        _services = new ServiceCollection().AddStorage(new StorageOptions(_folder)).BuildServiceProvider();
        await _services.OpenStorageAsync(CancellationToken.None);
        _database = _services.GetRequiredService<Database>();
        await _database.WriteAsync(transaction => transaction.ExecuteAsync("create table counters (caller bigint primary key, value bigint not null)"), CancellationToken.None);
    }

    [GlobalCleanup]
    public async Task CloseAsync()
    {
        await _services!.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Benchmark(OperationsPerInvoke = Callers * WritesPerCaller)]
    public async Task<long> Rows() => await RunAsync(static async (transaction, caller) =>
        await transaction.ExecuteAsync("insert into counters (caller, value) values (@caller, 1) on conflict (caller) do update set value = counters.value + 1", new { caller }));

    [Benchmark(OperationsPerInvoke = Callers * WritesPerCaller)]
    public async Task<long> Events() => await RunAsync(static (transaction, caller) => transaction.AppendAsync(new Counted(caller)));

    private async Task<long> RunAsync(Func<WriteTransaction, int, Task<long>> write)
    {
        var sums = await Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(async () =>
        {
            var sum = 0L;
            for (var i = 0; i < WritesPerCaller; i++)
            {
                sum += await _database!.WriteAsync(transaction => write(transaction, caller), CancellationToken.None);
            }

            return sum;
        })));
        return sums.Sum();
    }

    private sealed record Counted(int Caller) : IEvent
    {
        public string Subject => "counter/x";

        public Actor Actor => Actor.Local;
    }
}
