#!/bin/sh
# Writes a C file that holds text files, to standard output: the program needs no data beside it. The form is that of
# engine/model/embedded.h, the order that of the paths. Only POSIX sed and sh, so that a build needs nothing more.
#
# usage: embed.sh DIRECTORY FILE...     FILE is relative to DIRECTORY, and is the name under which it is found
set -eu
LC_ALL=C
export LC_ALL

cd "$1"
shift
# Paths of this tree hold no blanks.
# shellcheck disable=SC2046
set -- $(printf '%s\n' "$@" | sort)

# Every line becomes one literal; a question mark is escaped for compilers that still know trigraphs.
literals()
{
	sed -e 's/[\\"?]/\\&/g' -e 's/	/\\t/g' -e 's/.*/"&\\n"/' "$1"
}

echo '/* Made by engine/embed.sh; not to be edited. */'
echo '#include "config.h"'
echo
echo '#include "model/embedded.h"'
echo
n=0
for file in "$@"; do
	n=$((n + 1))
	echo "static const char text_${n}[] ="
	literals "$file"
	echo '"";'
done
echo
echo 'const struct embedded_file embedded_files[] = {'
n=0
for file in "$@"; do
	n=$((n + 1))
	echo "	{ \"$file\", text_$n, sizeof(text_$n) - 1 },"
done
echo '	{ 0 }'
echo '};'
