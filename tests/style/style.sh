#!/bin/sh
# The rules of style that a machine can see at no cost: no marks for later, no wide or ragged lines, tabs in C, and
# shell scripts as shellcheck wants them. It needs no git: what is looked at are the folders of the project by name.
set -eu
cd "${TIDEGATE_SOURCE_DIR:-$(dirname "$0")/../..}"

files() {
	find engine machines schemas tests .ci -type f "$@" ! -name '*.o' ! -path '*/__pycache__/*' 2>/dev/null | sort
}

sources() {
	files '(' -name '*.[ch]' -o -name '*.sh' -o -name '*.py' -o -name '*.yaml' -o -name '*.mk' ')'
	printf '%s\n' autogen.sh Makefile.am configure.ac
}

scripts() {
	files -name '*.sh'
	find autogen.sh .ci/run 2>/dev/null
}

# One rule a row: what is wrong, and what finds it.
rule() {
	found=$("$2" || true)
	[ -z "$found" ] || printf '%s:\n%s\n' "$1" "$found"
}

marks_for_later() { sources | grep -v '^tests/style/' | xargs grep -nE '\b(TODO|FIXME|XXX|HACK)\b'; }
trailing_blanks() { sources | xargs grep -nE '[[:blank:]]$'; }
wide_lines() {
	# shellcheck disable=SC2016
	files -name '*.[ch]' | xargs awk '{ gsub(/\t/, "        ") } length($0) > 120 { print FILENAME ":" FNR }'
}
indented_by_spaces() { files -name '*.[ch]' | xargs grep -nE '^ {2,}[^ *]'; }
struct_typedefs() { files -name '*.[ch]' | xargs grep -nE '^typedef struct'; }
shell_faults() {
	if command -v shellcheck >/dev/null 2>&1; then
		scripts | xargs shellcheck
	elif [ -n "${CI-}" ]; then
		echo 'shellcheck is not installed, and in CI it must be'
	fi
}

faults=$(
	rule 'a mark for later' marks_for_later
	rule 'blanks at the end of a line' trailing_blanks
	rule 'a line wider than 120 columns' wide_lines
	rule 'spaces where a tab indents' indented_by_spaces
	rule 'a typedef of a struct' struct_typedefs
	rule 'shellcheck' shell_faults
)
[ -z "$faults" ] || { printf '%s\n' "$faults"; exit 1; }
