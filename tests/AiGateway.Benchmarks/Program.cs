using AiGateway.Benchmarks;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

if (args is ["--check"]) return AllocationCheck.Run(Console.Out);

// In this process: the usual toolchain would restore and build a project of its own for every run.
var job = Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance);
var summaries = BenchmarkSwitcher.FromTypes(
[
    typeof(RequestPeekBenchmarks),
    typeof(BodyEditsBenchmarks),
    typeof(ResponseScannerBenchmarks),
    typeof(UsageChunkFilterBenchmarks),
    typeof(SpanBenchmarks),
]).Run(args, DefaultConfig.Instance.AddJob(job));
return summaries.Any(summary => summary.HasCriticalValidationErrors || summary.Reports.Any(report => !report.Success)) ? 1 : 0;
