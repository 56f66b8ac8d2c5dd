/* What Swift sees of the BPF programs: the map layouts they share and the compiled objects. */
#ifndef CPROBES_H
#define CPROBES_H

#include <stddef.h>

/* An ELF object compiled from a .bpf.c file and embedded in the program. */
struct bpf_elf {
    const void *bytes;
    size_t size;
};

#endif
