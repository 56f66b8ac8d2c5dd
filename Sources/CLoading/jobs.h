/* Programs that libbpf has made ready, and that are loaded without it. */
#ifndef CLOADING_JOBS_H
#define CLOADING_JOBS_H

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <stdatomic.h>

enum { MOST_PROGRAMS = 64 };

/* A program, as libbpf would have loaded it. */
struct job {
    char *name;
    enum bpf_prog_type type;
    struct bpf_insn *instructions;
    size_t count;
    /* A copy with libbpf's own size, which may be more than the headers know. */
    struct bpf_prog_load_opts *options;
    void *functions, *lines;
    int descriptor;
    int code;
};

struct loaded_programs {
    struct job jobs[MOST_PROGRAMS];
    int count;
    atomic_int next;
};

/* Copies a program with what libbpf would load it with; NULL if there are too many or no memory. */
struct job *add_job(struct loaded_programs *programs, const struct bpf_program *program,
                    const struct bpf_prog_load_opts *options);

/* Loads all, by a thread for each processor, but not many. Each job then has a descriptor, or the code of its error. */
void load_jobs(struct loaded_programs *programs);

/* Loads a refused program once more, for what the verifier says; in libbpf's words. To be freed. */
char *explain(struct job *job);

#endif
