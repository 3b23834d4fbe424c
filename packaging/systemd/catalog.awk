# SPDX-License-Identifier: Apache-2.0
# Turns shm/base/events.def into a catalogue for journalctl -x. Run by make; ends with an error at
# an event that it does not understand.

/^EVENT\(/ {
	name = $0
	sub(/^EVENT\(/, "", name)
	sub(/,.*/, "", name)
	if (!match($0, /"[0-9a-f]+"/) || RLENGTH != 34) {
		printf "%s:%d: no MESSAGE_ID of 32 digits\n", FILENAME, FNR >"/dev/stderr"
		failed = 1
		exit 1
	}
	id = substr($0, RSTART + 1, 32)
	text = ""
	inside = 1
	next
}

inside && match($0, /".*"/) {
	text = text substr($0, RSTART + 1, RLENGTH - 2)
}

inside && /\)$/ {
	gsub(/\\"/, "\"", text)
	printf "-- %s\nSubject: Lessor: %s\nDefined-By: Lessor\n", id, name
	printf "Documentation: man:lessord(8)\n\n%s\n\n", text
	inside = 0
	count++
}

END {
	if (!failed && (inside || !count)) {
		printf "%s: an event does not end\n", FILENAME >"/dev/stderr"
		exit 1
	}
}
