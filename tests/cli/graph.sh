#!/bin/sh
# Graphviz takes the picture of every machine that is shipped, and the command says where there is none to be had.
# Skipped where Graphviz is missing, but not in CI.
set -u
source=${TIDEGATE_SOURCE_DIR:-$(cd "$(dirname "$0")/../.." && pwd)}
tidegate=$(cd "${TIDEGATE_BUILD_DIR:-.}" && pwd)/tidegate
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failed=0

fail() {
	echo "$*"
	failed=1
}

# says WORDS COMMAND...: it fails, and that is what it says.
says() {
	words=$1
	shift
	"$@" >said 2>&1 && fail "$* has not failed"
	[ "$(tr -s '\n ' ' ' <said)" = "$words " ] || fail "$*: $(cat said)"
}

first=$source/machines/asg-standby.yaml
says "tidegate: 'dot' is not installed: install graphviz, or take --format dot" \
	env PATH=/nonexistent "$tidegate" graph "$first" --format svg
says "tidegate: unknown format 'gif': it is dot, svg or png" "$tidegate" graph "$first" --format gif
says "tidegate: cannot write '/nonexistent/a.dot': No such file or directory" \
	"$tidegate" graph "$first" -o /nonexistent/a.dot
says "tidegate: no run 'r-0000' in '$work/state': 'tidegate status' lists the open ones" \
	env TIDEGATE_STATE_DIR="$work/state" "$tidegate" graph r-0000
"$tidegate" graph "$first" -o graph.dot || fail 'no DOT'
"$tidegate" graph "$first" | cmp - graph.dot || fail 'the file holds another picture'
[ "$failed" = 0 ] || exit 1

if ! command -v dot >/dev/null 2>&1; then
	[ -z "${CI:-}" ] || { echo 'Graphviz is missing in CI'; exit 1; }
	echo 'skipped: Graphviz is not installed'
	exit 77
fi
for machine in "$source"/machines/*.yaml; do
	name=$(basename "$machine" .yaml)
	"$tidegate" graph "$machine" -o "$name.svg" || failed=1
	grep -q '</svg>' "$name.svg" || fail "no SVG of $name"
	"$tidegate" graph "$machine" -o "$name.dot" || failed=1
	dot -Tsvg "$name.dot" 2>said >/dev/null || fail "dot fails on $name"
	[ -s said ] && fail "dot complains about $name: $(cat said)"
done
"$tidegate" graph "$first" --format png -o picture || fail 'no PNG'
[ "$(head -c 4 picture | od -An -tx1 | tr -d ' \n')" = 89504e47 ] || fail 'what should be a PNG is none'
exit $failed
