#!/bin/sh
# Builds the readers with clang in FOLDER, then gives each target a few seconds, from seeds of the tree on. What is found
# on the way stays in FOLDER/corpus, where the next call goes on; an input that breaks something is kept beside it as
# TARGET.crash-..., and is tried again by FOLDER/build/tests/fuzz/readers --target=TARGET FILE. The last line counts
# targets. Where there is no clang with libFuzzer it says so and exits 77, which means skipped; in CI 1.
#
#	tests/fuzz/fuzz.sh FOLDER
#
#	FUZZ_SECONDS=N      for each target; 2
#	FUZZ_TARGETS=WORDS  these alone
#	CONFORMANCE_DIR     others' suites, for more seeds
set -eu
top=$(cd "$(dirname "$0")/../.." && pwd)
corpus=$1/corpus
readers=$1/build/tests/fuzz/readers
passed=0 failed=0

cannot() {
	echo "fuzz: skipped, $1" >&2
	[ -z "${CI-}" ] || exit 1
	exit 77
}

build() {
	mkdir -p "$1/build" "$corpus"
	echo 'int LLVMFuzzerTestOneInput(void) { return 0; }' >"$1/probe.c"
	clang -fsanitize=fuzzer,address -o "$1/probe" "$1/probe.c" 2>/dev/null ||
		cannot "there is no clang with libFuzzer (clang and libclang-rt-dev, or compiler-rt)"
	(
		cd "$1/build"
		[ -f Makefile ] || CC=clang "$top/configure" --quiet --enable-sanitizers \
			CFLAGS='-O1 -g -fsanitize=fuzzer-no-link,address'
		"${MAKE:-make}" -s -j2 tests/fuzz/readers
	) >"$1/build.log" 2>&1 || { tail -n 40 "$1/build.log"; exit 1; }
}

# Where in the tree a target's seeds are.
files() {
	cat <<'END_OF_FILES'
yaml        machines/*.yaml schemas/actions/*.yaml tests/model/faulty/*/*.yaml
machine     machines/*.yaml tests/lessons/[LR]*.yaml tests/model/faulty/*/*.yaml
catalogue   schemas/actions/*.yaml schemas/operations/*.yaml tests/lessons/actions.yaml
scenario    machines/scenarios/*.yaml
END_OF_FILES
}

seeds_of() {
	"$readers" "--target=$1" "--seeds=$2" >/dev/null 2>&1
	# shellcheck disable=SC2046
	(cd "$top" && for file in $(files | sed -n "s/^$1 //p"); do cp "$file" "$2/$(echo "$file" | tr / -)"; done)
	sed -n "s/^$1 //p" "$top/tests/fuzz/seeds.txt" | while IFS= read -r line; do
		printf '%b' "$line" >"$2/$(echo "$line" | cksum | tr ' ' -)"
	done
	[ "$1" != expression ] || [ -z "${CONFORMANCE_DIR-}" ] || conformance_expressions "$2"
}

conformance_expressions() {
	sed -n 's/.*"expression": "\(.*\)",*$/\1/p' "$CONFORMANCE_DIR"/jmespath/*.json | sed 's/\\"/"/g' |
		awk -v folder="$1" '{ file = folder "/conformance-" NR; printf "%s", $0 >file; close(file) }'
}

# No input of 16 KB may take ten seconds, or 64 MB at once: DESIGN.md's bound on what any input takes.
fuzz() {
	mkdir -p "$corpus/$1" "$corpus/$1.seeds"
	seeds_of "$1" "$(cd "$corpus/$1.seeds" && pwd)"
	"$readers" "--target=$1" -max_total_time="${FUZZ_SECONDS:-2}" -max_len=16384 -timeout=10 -malloc_limit_mb=64 \
		-rss_limit_mb=1024 -close_fd_mask=1 -artifact_prefix="$corpus/$1." "$corpus/$1" "$corpus/$1.seeds"
}

build "$1"
for target in $("$readers" --list); do
	case " ${FUZZ_TARGETS:-$target} " in *" $target "*) ;; *) continue ;; esac
	log=$corpus/$target.log
	if fuzz "$target" >"$log" 2>&1; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		grep -v '^#[0-9]' "$log" | tail -n 40
	fi
	printf '%-14s %s\n' "$target" "$(grep '^Done' "$log" || echo 'FAILED')"
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
