/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_main: runs a fuzz target over files, and over the files in directories, so that `make check`
 * replays the corpora without libFuzzer. Without arguments: the target's own corpus.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tests/fuzz/fuzz.h"

static unsigned n_run;

/* Of just the file's size, so that a read behind it is found. */
static int run_file(const char *path, size_t size)
{
	uint8_t *data = (uint8_t *)malloc(size > 0 ? size : 1);
	FILE *file = fopen(path, "rb");
	int r = -EIO;

	if (data != NULL && file != NULL && fread(data, 1, size, file) == size) {
		LLVMFuzzerTestOneInput(data, size);
		n_run++;
		r = 0;
	} else {
		fprintf(stderr, "%s: cannot be read\n", path);
	}
	if (file != NULL)
		fclose(file);
	free(data);
	return r;
}

static int run(const char *path);

static int run_directory(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *entry;
	int r = 0;

	if (dir == NULL)
		return -errno;
	while ((entry = readdir(dir)) != NULL) {
		char inner[4096];

		if (entry->d_name[0] == '.')
			continue;
		snprintf(inner, sizeof(inner), "%s/%s", path, entry->d_name);
		if (run(inner) < 0)
			r = -EIO;
	}
	closedir(dir);
	return r;
}

static int run(const char *path)
{
	struct stat st;

	if (stat(path, &st) < 0) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		return -errno;
	}
	return S_ISDIR(st.st_mode) ? run_directory(path) : run_file(path, (size_t)st.st_size);
}

int main(int argc, char **argv)
{
	int r = 0;

	if (argc < 2)
		r = run(FUZZ_CORPUS);
	for (int i = 1; i < argc; i++) {
		if (run(argv[i]) < 0)
			r = -EIO;
	}
	printf("%u inputs\n", n_run);
	return r == 0 && n_run > 0 ? 0 : 1;
}
