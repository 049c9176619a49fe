#!/bin/sh
# Holds the layers apart: a file includes its own layer and those below it, siblings never each other. Which layer stands
# on which is the one table here; engine/README.md draws it.
set -eu
cd "${TIDEGATE_SOURCE_DIR:-$(dirname "$0")/../..}/engine"

# A layer, then every layer whose headers it may include besides its own.
layers() {
	cat <<'END'
base
text   base
model  text base
wire   model text base
run    wire model text base
aws    wire model text base
local  wire model text base
sim    wire model text base
cli    run aws local sim wire model text base
END
}

faults=$(
	layers | while read -r layer below; do
		[ -d "$layer" ] || continue
		grep -rHnoE '^[[:space:]]*#[[:space:]]*include[[:space:]]*"[^"]+"' --include='*.[ch]' "$layer" |
			while IFS=: read -r file line include; do
				header=${include#*\"}
				header=${header%\"}
				[ "$header" = config.h ] && continue
				case " $layer $below " in
				*" ${header%%/*} "*) ;;
				*) echo "engine/$file:$line: '$header' is not of $layer/ or a layer below it" ;;
				esac
			done
	done
)
for folder in */; do
	layers | grep -q "^${folder%/}\\b" || faults="$faults
engine/$folder: a folder that the table of layers in tests/style/layers.sh does not name"
done
[ -z "$faults" ] || { echo "$faults"; exit 1; }
