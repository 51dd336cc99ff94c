# Shared by the scripts; sourced, not run.

readonly ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# A coroutine file takes up to 1 GB to compile, more with sanitisers.
compile_jobs() {
  local cores memory
  cores=$(nproc)
  memory=$(awk '/^MemAvailable:/ { print int($2 / 1200000) }' /proc/meminfo)
  ((memory >= 1)) || memory=1
  printf '%s\n' $((cores < memory ? cores : memory))
}

# build PRESET TARGET...: configures and builds in the preset's directory. Quiet but for progress
# and errors. A directory that was configured elsewhere or broken is configured afresh.
build() {
  local preset=$1
  shift
  local log
  log=$(mktemp)
  if ! cmake --preset "$preset" -S "$ROOT" >"$log" 2>&1 &&
    ! cmake --preset "$preset" -S "$ROOT" --fresh >"$log" 2>&1; then
    cat "$log" >&2
    rm -f "$log"
    return 1
  fi
  rm -f "$log"
  NINJA_STATUS='[%f/%t %es] ' cmake --build --preset "$preset" -j "$(compile_jobs)" --target "$@" \
    </dev/null | progress
}

# Ninja redraws one line on a terminal; into a log it would print one for every file.
progress() {
  if [[ -t 1 ]]; then
    cat
    return
  fi
  awk '
    /^\[[0-9]+\/[0-9]+ / {
      split(substr($1, 2), part, "/")
      step = int(10 * part[1] / part[2])
      if (step != shown || part[1] == part[2]) { print; fflush(); shown = step }
      next
    }
    { print; fflush() }'
}

# A port nobody listens on right now; another program may still take it before the caller does.
free_port() {
  local port
  for _ in $(seq 100); do
    port=$((20000 + RANDOM % 12000))
    if ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
      printf '%s\n' "$port"
      return
    fi
  done
  printf 'no free port between 20000 and 32000\n' >&2
  return 1
}
