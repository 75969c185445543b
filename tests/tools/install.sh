#!/usr/bin/env bash
# Installs what the end-to-end tests use from npm: the providers' own clients and a gRPC library. Needs Node 20 or newer.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../clients"
npm ci --ignore-scripts --no-audit --no-fund
