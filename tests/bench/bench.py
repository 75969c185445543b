#!/usr/bin/env python3
"""Measures nginx, bare YARP and the gateway side by side; tests/bench/run builds them and starts this. Prints a Markdown table.

The system under test has core 0, wrk and the upstream have core 1. All systems stay up and take turns in every round, so that a machine that
gets slower or faster meanwhile does so for all of them.
"""
import argparse
import http.client
import json
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
SYSTEM_CORE, RIG_CORE = 0, 1
WARM_UP_STEP, LONGEST_WARM_UP = 5, 150                      # seconds
PATH = "/v1/chat/completions"
TICK_US = 1e6 / os.sysconf("SC_CLK_TCK")
NGINX_BASE = """daemon off; worker_processes 1; pid nginx.pid; error_log stderr crit;
events { worker_connections 4096; }
http {
  access_log off; tcp_nodelay on; keepalive_requests 100000000; client_max_body_size 64m; client_body_buffer_size 1m;
  client_body_temp_path t1; proxy_temp_path t2; fastcgi_temp_path t3; uwsgi_temp_path t4; scgi_temp_path t5;
  %s
}
"""


def request_body():
    return json.dumps({"model": "bench", "messages": [{"role": "user", "content": "x" * 1000}]})


def answer_body():
    answer = {"id": "chatcmpl-1", "object": "chat.completion", "created": 1700000000, "model": "bench",
              "choices": [{"index": 0, "message": {"role": "assistant", "content": ""}, "finish_reason": "stop"}],
              "usage": {"prompt_tokens": 250, "completion_tokens": 180, "total_tokens": 430}}
    answer["choices"][0]["message"]["content"] = "y" * (1024 - len(json.dumps(answer)))
    return json.dumps(answer)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def run_ids(root):
    """The process and everything below it."""
    parents = {}
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            parents[int(name)] = int(stat_fields(int(name))[1])
        except OSError:
            continue                                        # ended between the listing and the reading
    found = [root]
    for pid in found:
        found += [child for child, parent in parents.items() if parent == pid]
    return found


def stat_fields(pid):
    with open(f"/proc/{pid}/stat") as f:
        return f.read().rsplit(")", 1)[1].split()           # the name before it may contain anything


class Server:
    """A process group on one core, in a folder of its own."""

    def __init__(self, name, core, command, port, work, env=None):
        self.name, self.port, self.work = name, port, work
        self.compiles = command[0] == "dotnet"
        self.log = open(os.path.join(work, "errors.log"), "wb")
        self.process = subprocess.Popen(["taskset", "-c", str(core), *command], cwd=work, env={**os.environ, **(env or {})},
                                        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=self.log, start_new_session=True)

    def wait_until_it_answers(self, seconds=60):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                break
            try:
                status, body = self.post(request_body())
                if status == 200:
                    return body
            except OSError:
                pass                                        # not listening yet
            time.sleep(0.05)
        with open(self.log.name, errors="replace") as f:
            sys.exit(f"{self.name} did not get ready; its last words:\n{f.read()[-2000:]}")

    def post(self, body):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("POST", PATH, body, {"content-type": "application/json", "authorization": "Bearer client"})
            response = connection.getresponse()
            return response.status, response.read().decode()
        finally:
            connection.close()

    def cpu_us(self):
        return sum(sum(map(int, stat_fields(pid)[11:13])) for pid in run_ids(self.process.pid)) * TICK_US

    def compiler_us(self):
        """CPU time of the runtime's background compiler; 0 for anything that is not .NET."""
        total = 0
        for pid in run_ids(self.process.pid):
            for thread in os.listdir(f"/proc/{pid}/task"):
                try:
                    with open(f"/proc/{pid}/task/{thread}/stat") as f:
                        name, fields = f.read().rsplit(")", 1)
                except FileNotFoundError:
                    continue                                # the thread ended between the listing and the reading
                if "(.NET Tiered" in name:
                    total += sum(map(int, fields.split()[11:13])) * TICK_US
        return total

    def rss_mb(self):
        total = 0
        for pid in run_ids(self.process.pid):
            with open(f"/proc/{pid}/status") as f:
                total += sum(int(line.split()[1]) for line in f if line.startswith("VmRSS:"))
        return total / 1024

    def stop(self):
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGTERM)
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()
        self.log.close()


class Bench:
    def __init__(self, args, work):
        self.args, self.work, self.servers = args, work, []
        self.body = os.path.join(work, "request.json")
        with open(self.body, "w") as f:
            f.write(request_body())

    def start(self):
        upstream_port = free_port()
        upstream = self.nginx("direct", RIG_CORE, upstream_port,
                              f"server {{ listen 127.0.0.1:{upstream_port} backlog=4096;\n"
                              "    location = /v1/traces { access_log traces.log; return 200; }\n"
                              f"    location / {{ default_type application/json; return 200 '{answer_body()}'; }} }}")
        answer = upstream.wait_until_it_answers()
        port = free_port()
        systems = [self.nginx("nginx", SYSTEM_CORE, port,
                              f"upstream up {{ server 127.0.0.1:{upstream_port}; keepalive 512; keepalive_requests 100000000; }}\n"
                              f"  server {{ listen 127.0.0.1:{port} backlog=4096; location / {{ proxy_pass http://up; proxy_http_version 1.1;\n"
                              "    proxy_set_header Connection \"\"; proxy_buffering off; } }")]
        port = free_port()
        systems.append(self.server("bare YARP", SYSTEM_CORE, ["dotnet", self.args.bareyarp, str(port), f"127.0.0.1:{upstream_port}"], port))
        port = free_port()
        systems.append(self.server("bare YARP, inline", SYSTEM_CORE, ["dotnet", self.args.bareyarp, str(port), f"127.0.0.1:{upstream_port}", "inline"], port))
        systems.append(self.gateway("gateway", upstream_port, {"OTEL_TRACES_EXPORTER": "none"}))
        systems.append(self.gateway("gateway, tracing", upstream_port, {
            "OTEL_TRACES_EXPORTER": "otlp", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": f"http://127.0.0.1:{upstream_port}/v1/traces"}))
        for system in systems:
            if system.wait_until_it_answers() != answer:
                sys.exit(f"{system.name} changed the answer")
        return upstream, systems

    def server(self, name, core, command, port, env=None, files=None):
        work = os.path.join(self.work, name.replace(" ", "-").replace(",", ""))
        os.makedirs(work)
        for file, text in (files or {}).items():
            with open(os.path.join(work, file), "w") as f:
                f.write(text)
        self.servers.append(Server(name, core, command, port, work, env))
        return self.servers[-1]

    def nginx(self, name, core, port, inner):
        return self.server(name, core, ["nginx", "-p", ".", "-c", "nginx.conf", "-e", "stderr"], port, files={"nginx.conf": NGINX_BASE % inner})

    def gateway(self, name, upstream_port, env):
        port = free_port()
        with open(os.path.join(HERE, "aigw.yaml")) as f:
            config = f.read().replace("${port}", str(port)).replace("${mock_port}", str(upstream_port))
        folders = {f"AIGW_{folder}": "home" for folder in ("CONFIG_HOME", "DATA_HOME", "STATE_HOME", "RUNTIME_DIR")}
        env = {**folders, "OTEL_LOGS_EXPORTER": "console", "OTEL_METRICS_EXPORTER": "none", **env}
        return self.server(name, SYSTEM_CORE, ["dotnet", self.args.cli, "run", "config.yaml", "--admin-port", "0"], port, env, {"config.yaml": config})

    def load(self, server, connections, seconds):
        output = subprocess.run(["taskset", "-c", str(RIG_CORE), "wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "-s",
                                 os.path.join(HERE, "post.lua"), f"http://127.0.0.1:{server.port}{PATH}", "--", self.body],
                                capture_output=True, text=True, check=True).stdout
        result = json.loads(next(line for line in output.splitlines() if line.startswith("RESULT "))[7:])
        if result["errors"] or not result["requests"]:
            sys.exit(f"{server.name}: {result['errors']} of {result['requests']} requests failed; a figure would mean nothing")
        return result

    def warm_up(self, server):
        """Loads until the background compiler rests. Half-compiled code costs several times what it costs later, and says nothing about a process that runs for days."""
        for _ in range(1 if self.args.quick else LONGEST_WARM_UP // WARM_UP_STEP):
            before = server.compiler_us()
            self.load(server, 32, 2 if self.args.quick else WARM_UP_STEP)
            if self.args.quick or server.compiler_us() - before < 0.01e6 * WARM_UP_STEP and before > 0 or not server.compiles:
                return
        sys.exit(f"{server.name}: the runtime still compiles after {LONGEST_WARM_UP} s; the machine is too busy to measure on")

    def round(self, upstream, systems):
        chat, one = (2, 1) if self.args.quick else (10, 5)
        direct = self.load(upstream, 1, one)
        rows = {}
        for system in systems:
            before = system.cpu_us()
            busy = self.load(system, 32, chat)
            cpu = (system.cpu_us() - before) / busy["requests"]
            alone = self.load(system, 1, one)
            rows[system.name] = {"cpu": cpu, "rate": busy["requests"] / busy["seconds"], "p50": alone["p50"] - direct["p50"],
                                 "p99": alone["p99"] - direct["p99"], "rss": system.rss_mb()}
        return rows


def table(rounds):
    names = list(rounds[0])
    median = lambda name, what: statistics.median(r[name][what] for r in rounds)
    ratio = lambda name, to: statistics.median(r[name]["cpu"] / r[to]["cpu"] for r in rounds)
    yield "| system | CPU µs/request | to nginx | to bare YARP | requests/s | added p50 µs | added p99 µs | RSS MB |"
    yield "|---|---|---|---|---|---|---|---|"
    for n in names:
        yield (f"| {n} | {median(n, 'cpu'):.1f} | {ratio(n, 'nginx'):.2f} | {ratio(n, 'bare YARP'):.2f} | {median(n, 'rate'):.0f} "
               f"| {median(n, 'p50'):.0f} | {median(n, 'p99'):.0f} | {median(n, 'rss'):.0f} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cli", required=True, help="aigw.dll")
    parser.add_argument("--bareyarp", required=True, help="bareyarp.dll")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--quick", action="store_true", help="1 to 2 s each: does everything work?")
    args = parser.parse_args()
    if args.rounds < 1:
        parser.error("--rounds must be at least 1")
    if not {SYSTEM_CORE, RIG_CORE} <= os.sched_getaffinity(0):
        sys.exit("cores 0 and 1 are needed")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended"))
    work = tempfile.mkdtemp(prefix="aigw-bench-")
    os.chmod(work, 0o755)                                   # nginx workers are another user when started by root
    bench = Bench(args, work)
    try:
        upstream, systems = bench.start()
        for system in systems:
            print(f"warming up {system.name}", file=sys.stderr)
            bench.warm_up(system)
        rounds = []
        for k in range(args.rounds):
            print(f"round {k + 1} of {args.rounds}", file=sys.stderr)
            rounds.append(bench.round(upstream, systems))
        traces = os.path.join(upstream.work, "traces.log")
        if not os.path.exists(traces) or os.path.getsize(traces) == 0:
            sys.exit("the gateway with tracing exported no span; its figures would mean nothing")
        print("\n".join(table(rounds)))
        print(f"\nMedians of {args.rounds} round(s); load average at the end {os.getloadavg()[0]:.1f}.")
    finally:
        for server in bench.servers:
            server.stop()
        shutil.rmtree(work)


if __name__ == "__main__":
    main()
