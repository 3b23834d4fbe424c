#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Stands in for systemctl and journalctl on a Machine, where no systemd runs: starts and stops the
# few servers that the book speaks of. lessord runs as its unit runs it: as user lessor, with the
# unit's two capabilities, and a start is over when the server is ready.
set -u
CAPS=+net_bind_service,+net_raw

command_of()
{
	case $1 in
	lessor)
		install -d -o lessor -g lessor -m 0750 /run/lessor /var/lib/lessor
		echo "setpriv --reuid lessor --regid lessor --init-groups --inh-caps $CAPS" \
			"--ambient-caps $CAPS --no-new-privs lessord -f" ;;
	kea-dhcp4-server)
		mkdir -p /run/kea /run/lock/kea
		echo "kea-dhcp4 -c /etc/kea/kea-dhcp4.conf" ;;
	isc-dhcp-server)
		touch /var/lib/dhcp/dhcpd.leases
		echo "dhcpd -4 -f -q -cf /etc/dhcp/dhcpd.conf eth0" ;;
	*)
		echo "systemctl: no unit $1" >&2
		return 1 ;;
	esac
}

running()
{
	[ -e "/run/$1.pid" ] && kill -0 "$(cat "/run/$1.pid")" 2>/dev/null
}

ready()
{
	case $1 in
	lessor) lessorctl status ;;
	*) ss -Hlun 'sport = 67' | grep -q . ;;
	esac >/dev/null 2>&1
}

start()
{
	local line tries=0

	running "$1" && return 0
	line=$(command_of "$1") || return 5
	: >>"/var/log/$1.log"
	# shellcheck disable=SC2086 # words of a command
	setsid $line >>"/var/log/$1.log" 2>&1 </dev/null &
	echo $! >"/run/$1.pid"
	until ready "$1"; do
		tries=$((tries + 1))
		if ! running "$1" || [ $tries -ge 200 ]; then
			echo "Job for $1.service failed." >&2
			return 1
		fi
		sleep 0.05
	done
}

stop()
{
	running "$1" || return 0
	kill "$(cat "/run/$1.pid")"
	while running "$1"; do
		sleep 0.02
	done
}

if [ "${0##*/}" = journalctl ]; then
	while [ $# -gt 0 ]; do
		case $1 in
		-u) cat "/var/log/$2.log"; shift ;;
		LESSOR_EVENT=*) grep -w "${1#*=}" /var/log/lessor.log ;;
		esac
		shift
	done
	exit 0
fi

verb=${1-}
[ $# -gt 0 ] && shift
if [ "$verb" = kill ]; then # kill -s KILL UNIT: every process of it, as systemd does
	pkill -KILL -x lessord
	exit 0
fi
for unit in "$@"; do
	unit=${unit%.service}
	case $verb:$unit in
	*:-*) ;;
	start:* | enable:*) start "$unit" || exit ;;
	stop:* | disable:*) stop "$unit" ;;
	restart:*) stop "$unit"; start "$unit" || exit ;;
	reload:*) kill -HUP "$(cat "/run/$unit.pid")" ;;
	is-active:*) running "$unit" && echo active || { echo inactive; exit 3; } ;;
	esac
done
