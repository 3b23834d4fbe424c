#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Stands in for scp between Machines of one test: FILE... HOST:FOLDER puts the files where the other
# machine fetches them from before it does anything else.
set -eu
for target; do :; done
to=/run/post/${target%%:*}${target#*:}
mkdir -p "$to"
while [ $# -gt 1 ]; do
	cp "$1" "$to"
	shift
done
