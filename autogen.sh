#!/bin/sh
# From a bare clone to a built and working program. Alone it only makes ./configure, as autogen.sh does everywhere;
# `run` and `check` also install what is missing, build in ./build and do the main job or run the tests.
set -eu
cd "$(dirname "$0")"

usage() {
	cat <<'END'
usage: ./autogen.sh [run|check [CONFIGURE-OPTION...]]

  (nothing)  make ./configure
  run        install what is missing, build in ./build, and show the main job at work
  check      the same, then run all tests
END
}

# One row a thing: when it is needed, how to see that it is there, its package for apt and for dnf or yum.
# `check` rows are needed by check only; `ci` rows by the longer suites of .ci/run, where CI is set.
needs() {
	cat <<'END'
always  | command -v cc                     | gcc                  | gcc
always  | command -v make                   | make                 | make
always  | command -v autoreconf             | autoconf             | autoconf
always  | command -v automake               | automake             | automake
always  | command -v pkg-config             | pkg-config           | pkgconf-pkg-config
check   | command -v python3                | python3              | python3
always  | pkg-config --exists yaml-0.1      | libyaml-dev          | libyaml-devel
always  | pkg-config --exists libcurl       | libcurl4-openssl-dev | libcurl-devel
always  | pkg-config --exists nettle        | nettle-dev           | nettle-devel
always  | pkg-config --exists expat         | libexpat1-dev        | expat-devel
always  | pkg-config --exists jansson       | libjansson-dev       | jansson-devel
always  | pkg-config --exists libmicrohttpd | libmicrohttpd-dev    | libmicrohttpd-devel
check   | python3 -c 'import ensurepip'     | python3-venv         | python3-pip
check   | pkg-config --exists cmocka        | libcmocka-dev        | libcmocka-devel
check   | pkg-config --exists libssl        | libssl-dev           | openssl-devel
ci      | command -v xz                     | xz-utils             | xz
ci      | command -v shellcheck             | shellcheck           | ShellCheck
ci      | command -v valgrind               | valgrind             | valgrind
ci      | command -v gcovr                  | gcovr                | gcovr
ci      | command -v dot                    | graphviz             | graphviz
ci      | command -v clang                  | clang                | clang
ci      | ls $(clang -print-resource-dir)/lib/*/*fuzzer* | libclang-rt-dev | compiler-rt
ci      | command -v debootstrap            | debootstrap          | debootstrap
ci      | test -x /usr/sbin/haproxy         | haproxy              | haproxy
END
}

# The packages of column $1 (3: apt, 4: dnf) whose thing is not there, for the purposes of $2.
missing() {
	needs | while IFS='|' read -r purpose seen_by apt dnf; do
		case " $2 " in *" ${purpose%% *} "*) ;; *) continue ;; esac
		sh -c "$seen_by" >/dev/null 2>&1 && continue
		# Unquoted, so that the columns' padding goes.
		# shellcheck disable=SC2086
		if [ "$1" = 3 ]; then echo $apt; else echo $dnf; fi
	done | tr '\n' ' '
}

as_root() {
	if [ "$(id -u)" = 0 ]; then
		"$@"
	else
		sudo "$@"
	fi
}

cannot_install() {
	echo "autogen.sh: $1; please install these packages, then run it again: $2" >&2
	exit 1
}

install_missing() {
	manager=
	for name in apt-get dnf yum; do
		command -v "$name" >/dev/null 2>&1 && manager=$name && break
	done
	column=3
	[ "$manager" = dnf ] || [ "$manager" = yum ] && column=4
	packages=$(missing "$column" "$1")
	[ -z "$packages" ] && return
	[ -n "$manager" ] || cannot_install "neither apt-get, dnf nor yum is here" "$packages"
	[ "$(id -u)" = 0 ] || command -v sudo >/dev/null 2>&1 || cannot_install "not root, and no sudo here" "$packages"
	echo "autogen.sh: installing $packages"
	if [ "$manager" = apt-get ]; then
		# An old list of packages may still do.
		as_root apt-get -q update >/dev/null || true
		set -- env DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends install
	else
		set -- "$manager" -q -y install
	fi
	# shellcheck disable=SC2086
	as_root "$@" $packages >/dev/null || cannot_install "that failed, see above" "$packages"
}

make_configure() {
	autoreconf --install --warnings=all
}

# What is made already is kept: make itself sees when configure or a Makefile is older than its sources, but not that
# something is here now that configure had to do without, as the tests' library is at `check` after `run`.
build() {
	[ -x configure ] || make_configure
	mkdir -p build
	lacking=$(missing 3 "always check")
	if [ ! -f build/Makefile ] || [ $# -gt 0 ]; then
		(cd build && ../configure --quiet "$@")
	elif [ "$lacking" != "$(cat build/lacking 2>/dev/null)" ]; then
		(cd build && ./config.status --quiet --recheck && ./config.status --quiet)
	fi
	echo "$lacking" >build/lacking
	make -C build -j"$(nproc 2>/dev/null || echo 2)"
}

mode=${1-}
[ $# = 0 ] || shift
case $mode in
'')
	make_configure || {
		echo "autogen.sh: cannot make ./configure, see above: './autogen.sh run' installs what is missing" >&2
		exit 1
	}
	;;
run)
	install_missing always
	build "$@"
	exec make -C build --no-print-directory run-demo
	;;
check)
	install_missing "always check${CI:+ ci}"
	build "$@"
	exec make -C build -j"$(nproc 2>/dev/null || echo 2)" check
	;;
-h | --help)
	usage
	;;
*)
	echo "autogen.sh: unknown '$mode'" >&2
	usage >&2
	exit 2
	;;
esac
