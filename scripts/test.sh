#!/usr/bin/env bash
# What must hold, in the order in which a failure is cheapest, and at the end a table of the sections with their seconds.
#   test.sh          everything
#   test.sh check    what a change can break: of the files that differ from the last commit
#   test.sh sweep    as a whole what `test.sh` samples
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH="$PWD/.venv/bin:$PATH"
# Some machines forbid bytecode; without it each worker compiles all tests again.
unset PYTHONDONTWRITEBYTECODE
# The tests' databases and journals ask the disk to keep what will not be read again: they stand in memory where there is some.
TMPDIR=$(mktemp -d "$([ -d /dev/shm ] && echo /dev/shm || echo "${TMPDIR:-/tmp}")/pf.XXXX")
export TMPDIR
chmod 755 "$TMPDIR" # PostgreSQL runs as a user of its own
table=""

section() {
  local name=$1 begun_s=$SECONDS result=0
  shift
  printf '\n== %s\n' "$name"
  "$@" || result=$?
  table+=$(printf '%-18s %4d s' "$name" $((SECONDS - begun_s)))$'\n'
  return "$result"
}

format() { ruff format --check --quiet "$@" && echo "as it must be"; }
lint() { ruff check --quiet "$@" && echo "clean"; }
contracts() { lint-imports --no-logo | grep -E 'KEPT|BROKEN|Contracts:|^-|->'; }
finish() {
  rm -rf "$TMPDIR"
  printf '\n== Seconds\n%s%-18s %4d s\n' "$table" "in all" "$SECONDS"
}
trap finish EXIT

check() {
  local changed=() chosen=()
  mapfile -t changed < <(python -m tests.reach --changed)
  mapfile -t chosen < <(python -m tests.reach)
  if [ "${#changed[@]}" != 0 ]; then
    section "Format" format "${changed[@]}"
    section "Lint" lint "${changed[@]}"
    section "Types" mypy "${changed[@]}"
  fi
  if [ -n "$(git status --porcelain -- central/console)" ]; then
    section "Console" scripts/console.sh check
  fi
  section "Import contracts" contracts
  section "Tests (${#chosen[@]} files)" \
    pytest -n 2 --dist loadgroup --basetemp "$TMPDIR/t" --schedules 24 --payment-schedules 4 \
    -m "not journey and not browser and not postgresql and not real_time" "${chosen[@]}"
}

everything() {
  scripts/setup.sh browser
  section "Format" format .
  section "Lint" lint .
  section "Import contracts" contracts
  section "Types" mypy
  section "Console" scripts/console.sh check
  # What runs against real clocks, and browsers, fail beside four workers on two cores: they come after them.
  section "Tests" pytest -n 4 --dist loadgroup --basetemp "$TMPDIR/t" -m "not real_time and not browser"
  section "Real time" pytest -n 2 --dist loadgroup --basetemp "$TMPDIR/t" -m real_time
  section "Browser" pytest -n 2 --basetemp "$TMPDIR/t" -m browser
}

case "${1:-everything}" in
  check) check ;;
  sweep) section "Sweep" pytest -n 2 --dist loadgroup --basetemp "$TMPDIR/t" --sweep -m sweep ;;
  *) everything ;;
esac
