# The steps of scripts/test and their bookkeeping; sourced by it, needs $scratch.

passed=0
failed=0
skipped=0
failures=()

say() { printf '== %s\n' "$*"; }

# step NAME COMMAND...: runs it, tells its time, counts it.
step() {
  local name=$1 begin=$SECONDS
  shift
  say "$name"
  if "$@"; then
    passed=$((passed + 1))
    say "$name: ok ($((SECONDS - begin)) s)"
  else
    failed=$((failed + 1))
    failures+=("$name")
    say "$name: FAILED ($((SECONDS - begin)) s)"
    return 1
  fi
}

# ctests NAME BUILD_DIR [ctest argument...]: runs the tests and counts every GoogleTest case.
ctests() {
  local name=$1 directory=$2 begin=$SECONDS status=0
  shift 2
  local reports=$scratch/reports/$directory
  rm -rf "$reports"
  mkdir -p "$reports"
  say "$name"
  # Some kernels place mappings where ThreadSanitizer of GCC 12 does not expect them.
  local fixed_layout=()
  if [[ $directory == *tsan ]] && setarch "$(uname -m)" -R true 2>/dev/null; then
    fixed_layout=(setarch "$(uname -m)" -R)
  fi
  GTEST_OUTPUT="xml:$reports/" GTEST_BRIEF=1 \
    ASAN_OPTIONS=detect_stack_use_after_return=1:strict_string_checks=1:check_initialization_order=1 \
    UBSAN_OPTIONS=print_stacktrace=1 TSAN_OPTIONS=second_deadlock_stack=1 \
    "${fixed_layout[@]}" ctest --test-dir "$directory" -j "$(nproc)" --output-on-failure \
    --no-tests=error "$@" </dev/null || status=$?

  # ctest hides what passing tests say; how many vectors ran must be seen, and that none did.
  grep -ahE '^shared vectors|: [0-9]+ cases ran$|is not here: 0 cases ran' \
    "$directory/Testing/Temporary/LastTest.log" | sort -u || true

  # A test case is one <testcase> line of a report; a failed one has <failure> lines below.
  local cases=0 broken=0 left_out=0
  if compgen -G "$reports/*.xml" >/dev/null; then
    read -r cases broken left_out < <(cat "$reports"/*.xml | awk '
      /<testcase / { cases++; counted = 0; if (/result="skipped"/) left_out++ }
      /<failure/ && !counted { broken++; counted = 1 }
      END { print cases + 0, broken + 0, left_out + 0 }')
  fi
  # A program that died wrote no report, or one that tells of success.
  if ((status != 0 && broken == 0)); then broken=1; fi
  passed=$((passed + cases - (broken < cases ? broken : cases) - left_out))
  failed=$((failed + broken))
  skipped=$((skipped + left_out))
  if ((status == 0)); then
    say "$name: ok, $cases test cases ($((SECONDS - begin)) s)"
  else
    failures+=("$name")
    say "$name: FAILED ($((SECONDS - begin)) s)"
    return 1
  fi
}

finish() {
  local time
  time="$((SECONDS / 60)) min $((SECONDS % 60)) s"
  printf '\n%s passed, %s failed, %s skipped\n' "$passed" "$failed" "$skipped"
  if ((failed == 0 && passed > 0)); then
    printf 'scripts/test: all passed (%s)\n' "$time"
    exit 0
  fi
  printf 'scripts/test: FAILED after %s:\n' "$time"
  printf '  %s\n' "${failures[@]}"
  exit 1
}

check_shell() {
  local file status=0
  while IFS= read -r -d '' file; do
    [[ -f $file ]] || continue
    if [[ $file == *.sh ]] || head -n 1 "$file" | grep -qE '^#!.*\bbash'; then
      bash -n "$file" || status=1
    fi
  done < <(git ls-files -z -- scripts .ci)
  return $status
}

start_mariadb() {
  HUIYIN_TEST_MYSQL=$(scripts/mariadb start "$scratch/mariadb") || return 1
  export HUIYIN_TEST_MYSQL HUIYIN_REQUIRE_MYSQL=1 # the store's tests fail when half would be left out
}

# Built alone and first: a wrong include is told within seconds, not after the long build.
check_includes() { build asan test_arrows && build-asan/test_arrows --gtest_brief=1; }

# What differs from the base. clang-tidy reads headers through the files that include them, so a
# changed header stands for the source beside it.
changed_sources() {
  local base=${HUIYIN_BASE:-} head
  head=$(git rev-parse HEAD)
  if [[ -z $base ]]; then
    base=$(git merge-base HEAD origin/main 2>/dev/null || true)
    # A fresh clone of what was submitted knows no other base: take what a session may have written.
    if [[ -z $base || $base == "$head" ]]; then
      base=$(git rev-list -1 --before='8 hours ago' HEAD)
      [[ -n $base && $base != "$head" ]] ||
        base=$(git rev-parse --verify -q HEAD~1 || git hash-object -t tree /dev/null)
    fi
  fi
  { git diff --name-only "$base" -- server handlers &&
    git ls-files --others --exclude-standard -- server handlers; } |
    sed -n 's/\.\(h\|cpp\)$/.cpp/p' | sort -u |
    while IFS= read -r file; do [[ -f $file ]] && printf '%s\n' "$file"; done
  return 0
}

# Four to eight seconds a file: a first submission may change hundreds. Where a mistake costs most
# comes first.
readonly TIDY_FILES=60
tidy_changed() {
  local directory=$1 all chosen
  mapfile -t all < <(changed_sources)
  if ((${#all[@]} == 0)); then
    printf 'no source changed\n'
    return 0
  fi
  mapfile -t chosen < <(printf '%s\n' "${all[@]}" |
    awk '{ print ($0 ~ /^server\/(net|store|pipeline)\//) ? 0 : 1, $0 }' |
    sort -s -k1,1n | head -n "$TIDY_FILES" | cut -d ' ' -f 2-)
  printf '%s of %s changed sources\n' "${#chosen[@]}" "${#all[@]}"
  printf '%s\0' "${chosen[@]}" |
    xargs -0 -n 1 -P "$(compile_jobs)" clang-tidy -p "$directory" --quiet 2>"$scratch/tidy.log" || {
    grep -vE '^[0-9]+ warnings? ' "$scratch/tidy.log" >&2
    return 1
  }
}

# The same binary that the tests used, so that no second build is needed.
check_run() { scripts/run --check --build-dir "$1"; }
