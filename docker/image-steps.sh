#!/bin/sh
# Every step of the image (docker/Dockerfile calls this file and nothing else), so that each can be run and tested on a
# machine without Docker. Usage: image-steps.sh <step>
#   system-list   print the Debian packages of the running image
#   system        install them (root, Debian 12)
#   user [PREFIX] create the user `fleet` (PREFIX: in that directory tree instead of this system)
#   packages      npm ci --omit=dev in the current directory, and check that it brought Node 24
#   fonts         prove that there are fonts for CJK, Arabic and emoji
#   check         prove that this user can run the fleet here: Node, browser with its sandbox, fonts
#   health [api]  exit 0 when the process of this container is well (api: when it also takes requests)
set -eu
# useradd and groupadd lie here; a root shell that `su` opened has no such PATH.
PATH=$PATH:/usr/sbin:/sbin

# Noto covers what answers are written in; Liberation stands in for Arial and its kind. No curl, no compiler, no npm.
SYSTEM_PACKAGES='
ca-certificates
chromium-headless-shell
fontconfig
fonts-liberation
fonts-noto-cjk
fonts-noto-color-emoji
fonts-noto-core
tini
'
# Fixed, so that volumes and Kubernetes' runAsUser can name it.
FLEET_UID=10001
NODE_MAJOR=24

fail() {
  echo "image-steps: $*" >&2
  exit 1
}

node_path() {
  node="$(pwd)/node_modules/node/bin/node"
  [ -x "$node" ] || fail "no $node: run the step packages here first"
  echo "$node"
}

install_system() {
  export DEBIAN_FRONTEND=noninteractive
  apt-get update
  # shellcheck disable=SC2086 # one word per package is what is wanted
  apt-get install --yes --no-install-recommends $SYSTEM_PACKAGES
  rm -rf /var/lib/apt/lists/*
  # Built once here, because the running user cannot write it.
  fc-cache --force
  check_fonts
}

create_user() {
  prefix="${1:-}"
  grep -qs '^fleet:' "$prefix/etc/passwd" && return 0
  # --prefix works on the files under it, without a chroot.
  set -- ${prefix:+--prefix "$prefix"}
  groupadd "$@" --gid "$FLEET_UID" fleet
  useradd "$@" --uid "$FLEET_UID" --gid "$FLEET_UID" --no-create-home --home-dir /data --shell /usr/sbin/nologin fleet
  mkdir -p "$prefix/data"
  chown "$FLEET_UID:$FLEET_UID" "$prefix/data"
}

install_packages() {
  npm ci --omit=dev --include=optional --ignore-scripts=false --no-audit --no-fund --loglevel=error
  version="$("$(node_path)" --version)"
  case "$version" in
    "v$NODE_MAJOR".*) echo "Node $version" ;;
    *) fail "npm brought Node $version instead of $NODE_MAJOR" ;;
  esac
}

check_fonts() {
  for language in ja ko zh-cn ar; do
    [ -n "$(fc-list ":lang=$language" family)" ] || fail "no font for $language"
  done
  fc-list family | grep -q 'Noto Color Emoji' || fail 'no font for emoji'
}

check_here() {
  [ "$(id -u)" != 0 ] || fail 'this is root: Chromium would run without its sandbox'
  command -v chromium-headless-shell >/dev/null || fail 'no chromium-headless-shell on PATH'
  "$(node_path)" docker/browser-check.ts
  [ "${FLEET_CHECK_FONTS:-yes}" = no ] || check_fonts
}

probe() {
  url="$1" "$(node_path)" --eval '
    fetch(process.env.url, { signal: AbortSignal.timeout(4000) })
      .then(({ status }) => { if (status !== 200) throw new Error(`answered ${status}`) })
      .catch((error) => { console.error(`${process.env.url}: ${error.cause?.message ?? error.message}`); process.exit(1) })'
}

health() {
  probe "http://127.0.0.1:${FLEET_METRICS_PORT:?the health of a process is asked on this port}/healthz"
  if [ "${1:-}" = api ]; then probe "http://127.0.0.1:${PORT:-8787}/readyz"; fi
}

step="${1:-}"
[ "$#" -eq 0 ] || shift
case "$step" in
  system-list) echo "$SYSTEM_PACKAGES" | sed '/^$/d' ;;
  system) install_system ;;
  user) create_user "$@" ;;
  packages) install_packages ;;
  fonts) check_fonts ;;
  check) check_here ;;
  health) health "$@" ;;
  *) fail "there is no step '$step'; see the head of $0" ;;
esac
