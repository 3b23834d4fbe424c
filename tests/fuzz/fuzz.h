/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz: the one function that libFuzzer and fuzz_main.c call in a fuzz_*.c.
 */
#ifndef LESSOR_TESTS_FUZZ_FUZZ_H
#define LESSOR_TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>

/* Aborts where a promise is broken; returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
