#!/bin/sh
# Makes ./configure from a fresh checkout. Needs autoconf, automake and pkg-config.
set -e
cd "$(dirname "$0")"
exec autoreconf --install --force
