# SPDX-License-Identifier: Apache-2.0
# Completion of lessorctl for bash. A unit test compares the words with the program's own tables.

_lessorctl_commands='status leases lease stats command check subnets reload ha explain history watch trace selftest import export backup'
_lessorctl_options='--json --help --version -s'

_lessorctl()
{
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} i command='' verb='' words

	for ((i = 1; i < COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in
		-s | -o | -c) ((i++)) ;;
		-*) ;;
		*)
			if [[ -z $command ]]; then
				command=${COMP_WORDS[i]}
			elif [[ -z $verb ]]; then
				verb=${COMP_WORDS[i]}
			fi
			;;
		esac
	done
	case $prev in
	--state) COMPREPLY=($(compgen -W 'assigned declined expired-reclaimed released' -- "$cur")); return ;;
	--type) COMPREPLY=($(compgen -W 'discover request inform' -- "$cur")); return ;;
	--iface) COMPREPLY=($(compgen -W "$(command ls /sys/class/net 2>/dev/null)" -- "$cur")); return ;;
	-s | -o | -c | --state-dir) COMPREPLY=($(compgen -f -- "$cur")); return ;;
	esac
	case $command/$verb in
	/) words="$_lessorctl_commands" ;;
	leases/) words='--subnet --state --csv' ;;
	ha/) words='status maintenance-start maintenance-cancel continue sync handover partner-down' ;;
	lease/) words='get del add' ;;
	trace/) words='--mac' ;;
	selftest/) words='--subnet' ;;
	lease/add) words='--mac --client-id --hostname --subnet --lifetime' ;;
	explain/*) words='--mac --client-id --giaddr --iface --ciaddr --requested --server-id --type --option --circuit-id --remote-id --class' ;;
	import/) words='kea isc leases' ;;
	import/kea | import/isc) words='-o --lenient' ;;
	import/leases) words='-c --state-dir --force' ;;
	export/) words='leases' ;;
	export/leases) words='-o --state-dir' ;;
	*) words='' ;;
	esac
	COMPREPLY=($(compgen -W "$words $_lessorctl_options" -- "$cur"))
	case $command in
	check | import | backup) COMPREPLY+=($(compgen -f -- "$cur")) ;;
	esac
}

complete -o filenames -F _lessorctl lessorctl
