#!/usr/bin/env bash
# Everything that must hold, in the order in which a failure is cheapest. `quick` leaves out journeys and PostgreSQL.
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH="$PWD/.venv/bin:$PATH"

section() { printf '\n== %s\n' "$1"; }

section "Format"
ruff format --check --quiet . && echo "as it must be"
section "Lint"
ruff check --quiet . && echo "clean"
section "Import contracts"
lint-imports --no-logo | grep -E 'KEPT|BROKEN|Contracts:|^-|->'
section "Types"
mypy
section "Tests"
if [ "${1:-}" = quick ]; then
  pytest -n 3 --dist loadgroup -m "not journey and not postgresql"
else
  pytest -n 3 --dist loadgroup
fi
