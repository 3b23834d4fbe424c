/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_bpf: the socket filters, run by the kernel: a filter on one end of a local datagram pair
 * decides whether, and how much of, a message arrives.
 */
#include <criterion/criterion.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "daemon/bpf.h"

#define FRAME_SIZE 342
#define IP         14
#define CHADDR_IP  (20 + 8 + 28) /* after the start of an IPv4 header without options */

/* The octets of data that arrive through the program, or -1: none. */
static ssize_t through(const struct bpf_program *p, const uint8_t *data, size_t len)
{
	struct sock_fprog prog = {p->len, (struct sock_filter *)(uintptr_t)p->code};
	uint8_t got[2048];
	ssize_t n;
	int fd[2];

	cr_assert_eq(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, fd), 0);
	cr_assert_eq(setsockopt(fd[1], SOL_SOCKET, SO_ATTACH_FILTER, &prog, sizeof(prog)), 0);
	cr_assert_eq(send(fd[0], data, len, 0), (ssize_t)len);
	n = recv(fd[1], got, sizeof(got), 0);
	close(fd[0]);
	close(fd[1]);
	return n;
}

/* A frame to port 67 with an IPv4 header of ihl words. */
static void make_frame(uint8_t *f, unsigned ihl)
{
	memset(f, 0, FRAME_SIZE);
	f[12] = 0x08;
	f[IP] = (uint8_t)(0x40 | ihl);
	f[IP + 6] = 0x40; /* don't fragment */
	f[IP + 9] = 17;
	f[IP + 4 * ihl + 3] = 67;
}

Test(bpf, accepts_what_goes_to_port_67)
{
	struct bpf_program p;
	uint8_t f[FRAME_SIZE];

	bpf_dhcp(&p);
	for (unsigned ihl = 5; ihl <= 15; ihl++) {
		make_frame(f, ihl);
		cr_assert_eq(through(&p, f, sizeof(f)), FRAME_SIZE, "header of %u words", ihl);
	}
	make_frame(f, 5);
	f[IP + 6] = 0x20; /* the first fragment: counted and refused by the worker */
	cr_assert_eq(through(&p, f, sizeof(f)), FRAME_SIZE);
}

Test(bpf, drops_everything_else)
{
	static const struct {
		const char *what;
		size_t at;
		uint8_t value;
	} cases[] = {
		{"IPv6", 12, 0x86},
		{"TCP", IP + 9, 6},
		{"a later fragment", IP + 7, 1},
		{"a much later fragment", IP + 6, 0x1f},
		{"port 68", IP + 23, 68},
		{"port 256 + 67", IP + 22, 1},
	};
	struct bpf_program p;
	uint8_t f[FRAME_SIZE];

	bpf_dhcp(&p);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		make_frame(f, 5);
		f[cases[i].at] = cases[i].value;
		cr_assert_eq(through(&p, f, sizeof(f)), -1, "%s", cases[i].what);
	}
	make_frame(f, 5);
	for (size_t len = 1; len < IP + 24; len++)
		cr_assert_eq(through(&p, f, len), -1, "cut at %zu", len);
	bpf_nothing(&p);
	cr_assert_eq(through(&p, f, sizeof(f)), -1);
}

/* The number a sharing program gives: the octets it keeps, one more so that 0 can be told. */
static unsigned share(const struct bpf_program *p, const uint8_t *data, size_t len)
{
	struct bpf_program q = *p;
	ssize_t n;

	/* ret A  becomes  add 1, ret A */
	q.code[q.len] = q.code[q.len - 1];
	q.code[q.len - 1] = (struct sock_filter)BPF_STMT(BPF_ALU | BPF_ADD | BPF_K, 1);
	q.len++;
	n = through(&q, data, len);
	cr_assert_gt(n, 0);
	return (unsigned)n - 1;
}

Test(bpf, shares_evenly_by_hardware_address)
{
	struct bpf_program ip, message;
	uint8_t f[FRAME_SIZE];

	make_frame(f, 5);
	for (uint32_t n = 1; n <= 8; n++) {
		/* step: cards of one maker, cards with several ports */
		for (unsigned step = 1; step <= 16; step *= 4) {
			unsigned seen[8] = {0};

			bpf_share_ip(&ip, n);
			bpf_share_message(&message, n);
			for (unsigned i = 0; i < 400; i++) {
				uint8_t *tail = f + IP + CHADDR_IP + 2;
				unsigned k, v = i * step;

				tail[0] = 0x5e;
				tail[2] = (uint8_t)(v >> 8);
				tail[3] = (uint8_t)v;
				k = share(&ip, f + IP, sizeof(f) - IP);
				cr_assert_lt(k, n);
				cr_assert_eq(share(&message, f + IP + 28, sizeof(f) - IP - 28), k);
				seen[k]++;
			}
			for (uint32_t k = 0; k < n; k++)
				cr_assert(seen[k] > 200 / n && seen[k] < 800 / n,
					"%u of 400 for %u of %u, step %u", seen[k], k, n, step);
		}
	}
}

Test(bpf, shares_by_nothing_else)
{
	struct bpf_program p;
	uint8_t f[FRAME_SIZE];
	unsigned k;

	make_frame(f, 5);
	memcpy(f + IP + CHADDR_IP, "\x02\x00\xaa\xbb\xcc\xdd", 6);
	bpf_share_ip(&p, 7);
	k = share(&p, f + IP, sizeof(f) - IP);
	for (size_t i = IP; i < sizeof(f); i++) {
		if (i == IP || (i >= IP + CHADDR_IP + 2 && i < IP + CHADDR_IP + 6))
			continue;
		f[i] ^= 0xff;
		cr_assert_eq(share(&p, f + IP, sizeof(f) - IP), k, "octet %zu", i);
		f[i] ^= 0xff;
	}
}
