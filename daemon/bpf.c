/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bpf: see bpf.h. Called by sockets.c and the unit tests, which run the programs in the kernel.
 */
#include "daemon/bpf.h"

#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <netinet/in.h>
#include <string.h>

#define ETHER_HEADER 14
#define UDP_HEADER   8
#define CHADDR_TAIL  (28 + 2) /* in a DHCP message: octets 2 to 5 of chaddr */
#define SERVER_PORT  67
#define ACCEPT       0x40000    /* octets kept: all */
#define SPREAD       0x9e3779b1 /* 2^32 / golden ratio: near numbers end far apart */

#define COPY(ret, code_)                                                                           \
	do {                                                                                       \
		_Static_assert(sizeof(code_) <= sizeof((ret)->code), "program too long");          \
		memcpy((ret)->code, code_, sizeof(code_));                                         \
		(ret)->len = sizeof(code_) / sizeof((code_)[0]);                                   \
	} while (0)

/* From instruction i of bpf_dhcp() to its last one, 13. */
#define DROP(i) (12 - (i))

void bpf_dhcp(struct bpf_program *ret)
{
	const struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)(SKF_AD_OFF + SKF_AD_PKTTYPE)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, PACKET_OUTGOING, DROP(1), 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, PACKET_OTHERHOST, DROP(2), 0),
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 12),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ETH_P_IP, 0, DROP(4)),
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, ETHER_HEADER + 9),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_UDP, 0, DROP(6)),
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS, ETHER_HEADER + 6),
		BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 0x1fff, DROP(8), 0),
		BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, ETHER_HEADER),
		BPF_STMT(BPF_LD | BPF_H | BPF_IND, ETHER_HEADER + 2),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SERVER_PORT, 0, DROP(11)),
		BPF_STMT(BPF_RET | BPF_K, ACCEPT),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};

	COPY(ret, code);
}

void bpf_nothing(struct bpf_program *ret)
{
	const struct sock_filter code[] = {BPF_STMT(BPF_RET | BPF_K, 0)};

	COPY(ret, code);
}

/* A holds the tail of chaddr. */
#define SHARE(n)                                                                                   \
	BPF_STMT(BPF_ALU | BPF_MUL | BPF_K, SPREAD), BPF_STMT(BPF_ALU | BPF_RSH | BPF_K, 16),      \
		BPF_STMT(BPF_ALU | BPF_MOD | BPF_K, n), BPF_STMT(BPF_RET | BPF_A, 0)

void bpf_share_ip(struct bpf_program *ret, uint32_t n)
{
	const struct sock_filter code[] = {
		BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 0),
		BPF_STMT(BPF_LD | BPF_W | BPF_IND, UDP_HEADER + CHADDR_TAIL),
		SHARE(n),
	};

	COPY(ret, code);
}

void bpf_share_message(struct bpf_program *ret, uint32_t n)
{
	const struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, CHADDR_TAIL),
		SHARE(n),
	};

	COPY(ret, code);
}
