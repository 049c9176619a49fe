# To be read into a script by `.`: a folder for it alone, `$work`, and a simulated AWS that `tidegate` finds by its
# environment. Both are gone when the script ends, whatever ends it.
# shellcheck shell=sh
work=$(mktemp -d) || exit
simulation=

# shellcheck disable=SC2317,SC2329 # a trap's
end_simulation() {
	[ -z "$simulation" ] || kill "$simulation" 2>/dev/null || true
	rm -rf "$work"
}
trap end_simulation EXIT
trap 'exit 1' INT TERM

# begin_simulation TIDEGATE OPTION...: it listens when this returns, for it says so itself. A program that was built
# without it exits with 2 and says why; that skips the script, but not in CI.
begin_simulation() {
	program=$1
	shift
	mkfifo "$work/announced" || exit
	"$program" simulate "$@" >"$work/announced" &
	simulation=$!
	unset AWS_PROFILE AWS_SESSION_TOKEN
	while read -r word setting && [ "$word" = export ]; do
		export "${setting?}"
	done <"$work/announced"
	export HOME="$work" TIDEGATE_STATE_DIR="$work/state" TIDEGATE_CONFIG_DIR="$work/etc"
	[ "$word" != '#' ] || return 0
	wait "$simulation" && status=0 || status=$?
	simulation=
	echo "there is no simulated AWS here: exit $status"
	[ "$status${CI-}" != 2 ] || exit 77
	exit 1
}
