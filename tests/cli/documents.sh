#!/bin/sh
# What is written beside the program (man page, completion) and what it says of itself are one: every command, option
# and exit status that one of them knows.
set -u
source=${TIDEGATE_SOURCE_DIR:-$(cd "$(dirname "$0")/../.." && pwd)}
tidegate=${TIDEGATE_BUILD_DIR:-.}/tidegate
man=$source/engine/cli/tidegate.1
completion=$source/engine/cli/tidegate.bash
failed=0

fail() {
	echo "$*"
	failed=1
}

same() { # what, left, right
	[ "$2" = "$3" ] || fail "$1:
$2
differs from
$3"
}

commands=$("$tidegate" help | sed -n 's/^  \([a-z]*\) .*/\1/p')
[ -n "$commands" ] || fail "help lists no command"

options_of() {
	"$tidegate" "$1" --help | sed -n 's/^  \(-., \|    \)\(--[a-z-]*\) .*/\2/p' | sort
}

same 'commands of the man page' "$(printf '%s\n' "$commands" | sort)" "$(sed -n 's/^\.It Cm \([a-z]*\).*/\1/p' "$man" | sort)"
same 'options of the man page' "$(for c in $commands; do options_of "$c"; done | sort -u)" \
	"$(sed -n 's/^\.It Fl .*-\([a-z-]*[a-z]\).*/\0/p' "$man" | sed 's/.*Fl \(. , \)\{0,1\}-\([a-z-]*\).*/--\2/' | sort)"
same 'exit statuses of the man page' "$(sed -n 's/^\tEXIT_.* = \([0-9]*\),*$/\1/p' "$source/engine/run/exit.h")" \
	"$(sed -n '/^\.Sh EXIT STATUS/,/^\.Sh EXAMPLES/s/^\.It \([0-9]*\)$/\1/p' "$man")"

# The sentences, too: one for each row of the table, in the man page folded and with a capital.
said=$(sed -n '/^\.Sh EXIT STATUS/,/^\.El/p' "$man" | grep -v '^\.' | tr '\n' ' ' | tr '[:upper:]' '[:lower:]')
sed -n '/exit_rows\[\]/,/^};/p' "$source/engine/run/exit.c" | tr -d '\n' | sed 's/"[[:space:]]*"//g; s/{ EXIT/\
&/g' | sed -n 's/^{ EXIT_[A-Z_]*, "[a-z_]*",[[:space:]]*"\([^"]*\)".*/\1/p' | tr '[:upper:]' '[:lower:]' >exits.$$
while IFS= read -r sentence; do
	case $said in
	*"$sentence."*) ;;
	*) fail "the man page lacks '$sentence'" ;;
	esac
done <exits.$$
[ -s exits.$$ ] || fail 'the table of exit statuses was not found'
rm -f exits.$$

for command in $commands; do
	wide=$("$tidegate" "$command" --help | awk 'length > 80')
	[ -z "$wide" ] || fail "help of $command is wider than 80 columns: $wide"
	"$tidegate" "$command" --help | grep -q '^usage: tidegate ' || fail "$command has no help"
	"$tidegate" help "$command" | cmp -s - /dev/null && fail "help of $command is empty"
done
wide=$("$tidegate" help | awk 'length > 80')
[ -z "$wide" ] || fail "help is wider than 80 columns: $wide"

if command -v bash >/dev/null 2>&1; then
	for command in $commands; do
		same "completion of $command" "$(options_of "$command")" \
			"$(bash -c 'complete() { :; }; . "$0"; _tidegate_options "$1"' "$completion" "$command" |
				tr ' ' '\n' | sort)"
	done
	# completed WORDS WORD...: what is proposed for the last of them.
	completed() {
		wanted=$1
		shift
		same "completion of '$*'" "$wanted" "$(PATH=$(dirname "$tidegate"):$PATH bash -c '. "$0"
			COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) word=mine
			_tidegate
			echo "${COMPREPLY[*]}"
			[ "$word" = mine ] || echo "word is $word"' "$completion" "$@")"
	}
	completed 'resume restore rehearse' tidegate re
	completed 'dot svg png' tidegate graph --format ''
	completed 'json' tidegate run --log-format j
	completed '--state-dir' tidegate run --st
	completed 'autoscaling.enter_standby' tidegate actions autoscaling.ent
	completed '' tidegate check ''
	same 'commands of the completion' "$(echo "$commands" | tr '\n' ' ')" "$(sed -n 's/.*local commands="\(.*\)"/\1 /p' "$completion")"
fi
if command -v mandoc >/dev/null 2>&1; then
	lint=$(mandoc -T lint "$man" 2>/dev/null | grep -v 'referenced manual not found')
	[ -z "$lint" ] || fail "$lint"
fi
# The options are the last thing that a help shows.
for command in $commands; do
	! "$tidegate" "$command" --help | grep '^  -\|^      --' | grep -q below || fail "help $command sends below its end"
done

# A page that they send to is there once the program is installed.
pages=$({ for command in $commands; do "$tidegate" "$command" --help; done; cat "$man"; } |
	grep -o '[a-z]*/[A-Za-z-]*\.md' | sort -u)
[ -n "$pages" ] || fail 'the man page names no other page'
for page in $pages; do
	sed -e ':a' -e '/\\$/N; s/\\\n//; ta' "$source/${page%%/*}/local.mk" | grep -q "_DATA = .*$page" ||
		fail "$page is not installed"
done
exit $failed
