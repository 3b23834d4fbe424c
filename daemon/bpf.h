/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bpf: the classic BPF programs on Lessor's sockets. They save wake-ups and share packets out;
 * what they let through is checked again by the worker. Pure: builds programs, attaches nothing.
 */
#ifndef LESSOR_DAEMON_BPF_H
#define LESSOR_DAEMON_BPF_H

#include <linux/filter.h>
#include <stdint.h>

#define BPF_PROGRAM_MAX 16

struct bpf_program {
	struct sock_filter code[BPF_PROGRAM_MAX];
	unsigned short len;
};

/* Accepts Ethernet frames to this host that carry IPv4, UDP and port 67, but no later fragment. */
void bpf_dhcp(struct bpf_program *ret);

/* Accepts nothing. */
void bpf_nothing(struct bpf_program *ret);

/* Returns a number below n that depends on octets 2 to 5 of chaddr alone, for packets that begin
 * with the IPv4 header (PACKET_FANOUT_CBPF), or with the DHCP message (SO_ATTACH_REUSEPORT_CBPF).
 * A packet too short for a chaddr gives 0. */
void bpf_share_ip(struct bpf_program *ret, uint32_t n);
void bpf_share_message(struct bpf_program *ret, uint32_t n);

#endif
