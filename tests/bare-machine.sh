#!/bin/sh
# README's two commands, as written, on a machine that has nothing: a minimal Debian with git, a shell and the sources
# of this machine's own packages, made in FOLDER and entered by chroot. The minimal tree is kept there, so that another
# run only has to unpack it. Skipped (77) with a sentence where this machine cannot do it; in CI it fails then.
#
# usage: bare-machine.sh FOLDER [RELEASE]
# RELEASE is another one's codename (trixie) that the same sources have; else it is this machine's.
set -eu
source=$(cd "$(dirname "$0")/.." && pwd -P)
folder=${1:?usage: bare-machine.sh FOLDER [RELEASE]}

cannot() {
	echo "bare-machine: ${CI:+not }skipped, $1" >&2
	[ -z "${CI-}" ] || exit 1
	exit 77
}

# Where packages come from and for which release, as apt itself has read it: sources are written in two ways.
first_source() {
	# shellcheck disable=SC2016
	apt-get indextargets --format '$(CODENAME) $(REPO_URI)' 'Created-By: Packages' | sed -n "s/^$1 //p" | head -n 1
}

# What apt needs to reach its sources, and nothing that it does besides: hooks run programs that are not there.
bring_sources() {
	rm -f "$tree/etc/apt/sources.list"
	for path in sources.list sources.list.d trusted.gpg.d keyrings; do
		[ ! -e "/etc/apt/$path" ] || cp -R "/etc/apt/$path" "$tree/etc/apt/"
	done
	find "$tree/etc/apt" -name '*.sources' -o -name '*.list' | while read -r list; do
		sed -i "s/\\b$here\\b/$codename/g" "$list"
	done
	mkdir -p "$tree/usr/share/keyrings" "$tree/etc/ssl/certs"
	[ ! -d /usr/share/keyrings ] || cp -R /usr/share/keyrings/. "$tree/usr/share/keyrings/"
	[ ! -e /etc/ssl/certs/ca-certificates.crt ] || cp /etc/ssl/certs/ca-certificates.crt "$tree/etc/ssl/certs/"
	apt-config dump --format '%F "%v";%n' Acquire | grep '::.' >"$tree/etc/apt/apt.conf.d/50sources" || true
	cp -L /etc/resolv.conf /etc/hosts "$tree/etc/"
}

make_minimal() {
	# debootstrap heeds the environment, not apt's own configuration.
	eval "$(apt-config shell http_proxy Acquire::http::Proxy https_proxy Acquire::https::Proxy)"
	export http_proxy="${http_proxy-}" https_proxy="${https_proxy-}"
	debootstrap --variant=minbase --include=git "$codename" "$tree" "$archive" >"$folder/debootstrap.log" 2>&1 || {
		tail -n 20 "$folder/debootstrap.log" >&2
		cannot "debootstrap could not make a minimal $codename"
	}
	rm -f "$tree"/var/cache/apt/archives/*.deb
	tar -C "$tree" -czf "$minimal.new" --one-file-system . && mv "$minimal.new" "$minimal"
}

# Mounts are those of its own namespace: they are gone when the last process is, and nothing can be removed through them.
inside() {
	# shellcheck disable=SC2016
	env -i HOME=/root TERM=dumb LANG=C.UTF-8 PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
		${http_proxy:+http_proxy="$http_proxy"} ${https_proxy:+https_proxy="$https_proxy"} \
		${PLAY_ONE_IN:+PLAY_ONE_IN="$PLAY_ONE_IN"} \
		unshare --mount --pid --fork --kill-child sh -euc '
			mount --rbind /dev "$1/dev"
			mount -t proc proc "$1/proc"
			exec chroot "$1" sh -euc "$2"' sh "$tree" "$1"
}

# One of README's commands in the clone, timed.
command_of_readme() {
	before=$(date +%s)
	grep -q "^    $1 " "$source/README.md" || { echo "bare-machine: README has no '$1'" >&2; return 1; }
	inside "cd /root/tidegate && $1" || {
		cat "$tree/root/tidegate/build/test-suite.log" 2>/dev/null || true
		return 1
	}
	echo "bare-machine: $1 took $(($(date +%s) - before)) s"
}

[ "$(id -u)" = 0 ] || cannot "only root can enter another system"
for program in apt-get debootstrap git unshare; do
	command -v "$program" >/dev/null 2>&1 || cannot "$program is not here"
done
git -C "$source" rev-parse --quiet --verify HEAD >/dev/null 2>&1 || cannot "this is no clone"
# shellcheck disable=SC1091
here=$(. /etc/os-release && echo "${VERSION_CODENAME-}")
codename=${2:-$here}
archive=$(first_source "$here")
[ -n "$archive" ] || cannot "apt has no source for '$here'"
unshare --mount --pid --fork true 2>/dev/null || cannot "namespaces of its own are not allowed here"

began=$(date +%s)
mkdir -p "$folder"
folder=$(cd "$folder" && pwd -P)
minimal=$folder/$codename.tar.gz
tree=$folder/tree
rm -rf --one-file-system "$tree"
mkdir "$tree"
trap 'rm -rf --one-file-system "$tree"' EXIT
trap 'exit 1' INT TERM
if [ -s "$minimal" ]; then
	tar -C "$tree" -xzf "$minimal"
else
	make_minimal
fi
bring_sources
git clone --quiet --bare "file://$source" "$tree/srv/tidegate.git"
inside 'git clone --quiet /srv/tidegate.git /root/tidegate'
echo "bare-machine: a minimal $codename stands after $(($(date +%s) - began)) s"
command_of_readme './autogen.sh run'
command_of_readme './autogen.sh check'
echo "bare-machine: 2 passed, 0 failed, in $(($(date +%s) - began)) s"
