/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which function an imported name leads to. Only names of these tables are bound:
 * one that merely exists in both systems may still have another ABI. libxml2's and
 * SQLite's functions are the building machine's, by whose headers the image was made.
 */
#include <dirent.h>
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "tests/darwin/machrun.h"

enum { TRAP_BYTES = 32, UNBOUND = 127, NAME_BYTES = 128 };

/* Arguments and results are whole numbers, texts, memory, and handles that only the same
 * library looks into. struct timespec and struct tm are laid out alike. */
const struct bound_name same_names[] = {
    BOUND("_exit", _exit),
    BOUND("access", access),
    BOUND("alarm", alarm),
    BOUND("bsearch", bsearch),
    BOUND("calloc", calloc),
    BOUND("chmod", chmod),
    BOUND("close", close),
    BOUND("closedir", closedir),
    BOUND("dup", dup),
    BOUND("exit", exit),
    BOUND("fchmod", fchmod),
    BOUND("fchown", fchown),
    BOUND("fdopendir", fdopendir),
    BOUND("fflush", fflush),
    BOUND("fgets", fgets),
    BOUND("flock", flock),
    BOUND("fprintf", fprintf),
    BOUND("fputc", fputc),
    BOUND("fputs", fputs),
    BOUND("free", free),
    BOUND("fsync", fsync),
    BOUND("ftruncate", ftruncate),
    BOUND("futimens", futimens),
    BOUND("fwrite", fwrite),
    BOUND("getcwd", getcwd),
    BOUND("getenv", getenv),
    BOUND("geteuid", geteuid),
    BOUND("gethostname", gethostname),
    BOUND("getpid", getpid),
    BOUND("getppid", getppid),
    BOUND("gmtime_r", gmtime_r),
    BOUND("isatty", isatty),
    BOUND("lseek", lseek),
    BOUND("malloc", malloc),
    BOUND("memchr", memchr),
    BOUND("memcmp", memcmp),
    BOUND("memcpy", memcpy),
    BOUND("memmove", memmove),
    BOUND("memset", memset),
    BOUND("mkdir", mkdir),
    BOUND("mkdtemp", mkdtemp),
    BOUND("nanosleep", nanosleep),
    BOUND("pipe", pipe),
    BOUND("pread", pread),
    BOUND("printf", printf),
    BOUND("putchar", putchar),
    BOUND("puts", puts),
    BOUND("qsort", qsort),
    BOUND("read", read),
    BOUND("realloc", realloc),
    BOUND("rename", rename),
    BOUND("rmdir", rmdir),
    BOUND("snprintf", snprintf),
    BOUND("sscanf", sscanf),
    BOUND("strcasecmp", strcasecmp),
    BOUND("strchr", strchr),
    BOUND("strcmp", strcmp),
    BOUND("strcspn", strcspn),
    BOUND("strdup", strdup),
    BOUND("strftime", strftime),
    BOUND("strlen", strlen),
    BOUND("strncasecmp", strncasecmp),
    BOUND("strncmp", strncmp),
    BOUND("strndup", strndup),
    BOUND("strnlen", strnlen),
    BOUND("strpbrk", strpbrk),
    BOUND("strrchr", strrchr),
    BOUND("strspn", strspn),
    BOUND("strstr", strstr),
    BOUND("strtod", strtod),
    BOUND("strtol", strtol),
    BOUND("strtoll", strtoll),
    BOUND("strtoul", strtoul),
    BOUND("strtoull", strtoull),
    BOUND("time", time),
    BOUND("umask", umask),
    BOUND("unlink", unlink),
    BOUND("vfprintf", vfprintf),
    BOUND("vsnprintf", vsnprintf),
    BOUND("write", write),
    {NULL, NULL},
};

static const char *const borrowed_libraries[] = {"xml", "sqlite3_"};

static int missing_count;

int
name_missing_count(void)
{
	return missing_count;
}

static _Noreturn void
stop_unbound(const char *symbol)
{
	fprintf(stderr, "machrun: %s was called, and nothing is bound to it\n", symbol);
	_exit(UNBOUND);
}

/* A function of a few bytes that calls stop_unbound(symbol). */
static void *
make_trap(const char *symbol)
{
	void (*stop)(const char *) = stop_unbound;
	unsigned char *trap = mmap(NULL, TRAP_BYTES, PROT_READ | PROT_WRITE | PROT_EXEC,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (trap == MAP_FAILED)
		abort();
	memcpy(trap, "\x48\xbf", 2); /* mov rdi, symbol */
	memcpy(trap + 2, &symbol, sizeof(symbol));
	memcpy(trap + 10, "\x48\xb8", 2); /* mov rax, stop */
	memcpy(trap + 12, &stop, sizeof(stop));
	memcpy(trap + 20, "\xff\xe0", 2); /* jmp rax */
	return trap;
}

static void *
find_in(const struct bound_name *names, const char *name)
{
	for (; names->name != NULL; names++)
		if (strcmp(names->name, name) == 0)
			return names->address;
	return NULL;
}

static void *
find_borrowed(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(borrowed_libraries) / sizeof(*borrowed_libraries); i++)
		if (strncmp(name, borrowed_libraries[i], strlen(borrowed_libraries[i])) == 0)
			return dlsym(RTLD_DEFAULT, name);
	return NULL;
}

void *
name_resolve(const char *symbol)
{
	static const struct bound_name *const tables[] = {
	    file_names, process_names, mac_names, text_names, same_names};
	char name[NAME_BYTES];
	void *address = NULL;
	size_t i;

	/* "_stat$INODE64": the linker's underscore, and which variant; only one is built. */
	(void)snprintf(name, sizeof(name), "%.*s", (int)strcspn(symbol + 1, "$"), symbol + 1);
	for (i = 0; address == NULL && i < sizeof(tables) / sizeof(*tables); i++)
		address = find_in(tables[i], name);
	if (address == NULL)
		address = find_borrowed(name);
	if (address != NULL)
		return address;
	/* Everything is bound at once: dyld's helper for later is never called. */
	if (strcmp(symbol, "dyld_stub_binder") != 0) {
		fprintf(stderr, "machrun: %s: nothing is bound to it\n", symbol);
		missing_count++;
	}
	return make_trap(symbol);
}
