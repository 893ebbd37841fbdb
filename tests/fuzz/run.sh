#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# run.sh BUILD SECONDS TARGET...: runs each target that long, from its seeds and what
# earlier runs have learned (BUILD/learned). TAP; a finding is kept in BUILD/found.
set -eu
build=$1 seconds=$2 number=0 failed=0
shift 2
export ASAN_OPTIONS=allocator_may_return_null=0 UBSAN_OPTIONS=print_stacktrace=1
mkdir -p "$build/found"
for target; do
  number=$((number + 1))
  log=$build/$target.log
  mkdir -p "$build/learned/$target"
  if nice "$build/tests/fuzz/$target" -max_total_time="$seconds" -max_len=32768 -timeout=10 \
    -rss_limit_mb=1024 -print_final_stats=1 -artifact_prefix="$build/found/$target-" \
    "$build/learned/$target" "$build/seeds/$target" >"$log" 2>&1; then
    runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
    echo "ok $number - $target: $runs executions in $seconds s"
  else
    failed=1
    echo "not ok $number - $target: see $log"
    tail -n 40 "$log" | sed 's/^/# /'
  fi
done
echo "1..$number"
exit "$failed"
