#!/bin/sh
# Runs Python with the suite's tools: in_venv.sh FOLDER ARGUMENT... makes a virtual environment in FOLDER the first time
# and when the requirements have changed. Where that is impossible it says so and exits 77, which means skipped; in CI 1.
set -eu
requirements=$(dirname "$0")/requirements.txt
folder=$1
shift

cannot() {
	echo "interop: skipped, $1" >&2
	[ -z "${CI-}" ] || exit 1
	exit 77
}

if ! cmp -s "$requirements" "$folder/installed"; then
	rm -rf "$folder"
	python3 -m venv "$folder" >/dev/null 2>&1 || cannot "python3 cannot make a virtual environment (python3-venv?)"
	echo "interop: installing its tools into $folder" >&2
	"$folder/bin/python" -m pip --quiet --disable-pip-version-check install -r "$requirements" >&2 ||
		cannot "its tools could not be installed"
	cp "$requirements" "$folder/installed"
fi
PATH=$folder/bin:$PATH PYTHONDONTWRITEBYTECODE=1 exec "$folder/bin/python" "$@"
