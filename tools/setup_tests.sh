#!/usr/bin/env bash
# What the tests need beyond Python: PostgreSQL with PostGIS, Chromium, and a Chinese font.
# Prints nothing when all of it is there. On Debian as root it installs what is missing;
# elsewhere it stops with one line per missing thing and how to get it.
set -euo pipefail

has_initdb() { command -v initdb >/dev/null || compgen -G "/usr/lib/postgresql/*/bin/initdb" >/dev/null; }
has_postgis() {
  compgen -G "/usr/share/postgresql/*/extension/postgis.control" >/dev/null ||
    { command -v pg_config >/dev/null && [ -e "$(pg_config --sharedir)/extension/postgis.control" ]; }
}
has_chromium() { command -v chromium >/dev/null || command -v chromium-browser >/dev/null; }
has_chinese_font() { command -v fc-list >/dev/null && [ -n "$(fc-list :lang=zh-cn family)" ]; }

# check | Debian package | what a person does elsewhere
needs="has_initdb|postgresql|PostgreSQL server (initdb): install PostgreSQL 14 or newer
has_postgis|postgresql-postgis|PostGIS: install the PostGIS extension for your PostgreSQL
has_chromium|chromium|Chromium: install it so that 'chromium' is on the PATH
has_chinese_font|fontconfig fonts-wqy-microhei|a Chinese font: install WenQuanYi Micro Hei or Noto Sans CJK"

missing() {
  while IFS='|' read -r check package remedy; do
    "$check" || printf '%s|%s\n' "$package" "$remedy"
  done <<<"$needs"
}

report() {
  while IFS='|' read -r package remedy; do
    printf 'missing: %s (Debian: apt-get install %s)\n' "$remedy" "$package" >&2
  done <<<"$1"
}

found=$(missing)
[ -z "$found" ] && exit 0
if ! command -v apt-get >/dev/null || [ "$(id -u)" -ne 0 ]; then
  report "$found"
  exit 1
fi
packages=$(cut -d'|' -f1 <<<"$found" | tr '\n' ' ')
echo "installing: $packages" >&2
log=$(mktemp)
trap 'rm -f "$log"' EXIT
export DEBIAN_FRONTEND=noninteractive
# shellcheck disable=SC2086 # several package names
if ! { apt-get update -qq && apt-get install -y -qq --no-install-recommends $packages; } >"$log" 2>&1; then
  tail -n 20 "$log" >&2
fi
found=$(missing)
[ -z "$found" ] && exit 0
report "$found"
exit 1
