# Shared by the scripts: where we are, and how we speak. Source it from bash.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

say() { printf '== %s\n' "$*"; }
fail() {
  printf 'FAILED: %s\n' "$*" >&2
  exit 1
}

# The command's output goes to a log file; it is shown only when the command fails.
quietly() {
  local log=$1
  shift
  mkdir -p "$(dirname "$log")"
  if ! "$@" >"$log" 2>&1; then
    tail -n 40 "$log" >&2
    fail "$* (the whole output: $log)"
  fi
}

# The packages of the named sections of packages.txt ("pilot test"), one a line.
wanted_packages() {
  awk -v sections=" $1 " '
    /^\[/ { gsub(/[][]/, ""); wanted = index(sections, " " $0 " ") > 0; next }
    wanted && NF && !/^#/ { print $1 }' packages.txt
}
