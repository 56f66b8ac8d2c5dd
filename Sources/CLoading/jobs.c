#define _GNU_SOURCE
#include "jobs.h"

#include "include/loader.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    MOST_THREADS = 4,
    LONGEST_LOG = 16 << 20,
};

static void *copy(const void *bytes, size_t length)
{
    void *copied = length ? malloc(length) : NULL;

    return copied ? memcpy(copied, bytes, length) : NULL;
}

struct job *add_job(struct loaded_programs *programs, const struct bpf_program *program,
                    const struct bpf_prog_load_opts *options)
{
    struct job *job = programs->count < MOST_PROGRAMS ? &programs->jobs[programs->count++] : NULL;

    if (!job)
        return NULL;
    job->descriptor = -1;
    job->name = strdup(bpf_program__name(program));
    job->count = bpf_program__insn_cnt(program);
    job->instructions = copy(bpf_program__insns(program), job->count * sizeof(struct bpf_insn));
    job->options = copy(options, options->sz);
    job->functions = copy(options->func_info, (size_t)options->func_info_cnt * options->func_info_rec_size);
    job->lines = copy(options->line_info, (size_t)options->line_info_cnt * options->line_info_rec_size);
    if (!job->name || !job->instructions || !job->options)
        return NULL;
    job->options->func_info = job->functions;
    job->options->line_info = job->lines;
    job->options->func_info_cnt = job->functions ? job->options->func_info_cnt : 0;
    job->options->line_info_cnt = job->lines ? job->options->line_info_cnt : 0;
    job->options->fd_array = NULL;
    job->options->log_buf = NULL;
    job->options->log_size = 0;
    job->options->log_level = 0;
    return job;
}

static void *load_next(void *argument)
{
    struct loaded_programs *programs = argument;

    for (;;) {
        int next = atomic_fetch_add(&programs->next, 1);
        struct job *job;

        if (next >= programs->count)
            return NULL;
        job = &programs->jobs[next];
        job->descriptor = bpf_prog_load(job->type, job->name, "GPL", job->instructions, job->count, job->options);
        job->code = job->descriptor < 0 ? -errno : 0;
    }
}

/* The longest first: they decide how long it takes. */
static int compare(const void *one, const void *other)
{
    const struct job *first = one, *second = other;

    return (first->count < second->count) - (first->count > second->count);
}

void load_jobs(struct loaded_programs *programs)
{
    pthread_t threads[MOST_THREADS - 1];
    cpu_set_t processors;
    /* On the largest machines the set has no room for all processors. */
    int count = sched_getaffinity(0, sizeof(processors), &processors) == 0 ? CPU_COUNT(&processors) : MOST_THREADS;
    int started = 0;

    count = count < programs->count ? count : programs->count;
    qsort(programs->jobs, (size_t)programs->count, sizeof(*programs->jobs), compare);
    while (started < count - 1 && started < MOST_THREADS - 1 &&
           pthread_create(&threads[started], NULL, load_next, programs) == 0)
        started++;
    load_next(programs);
    for (int i = 0; i < started; i++)
        pthread_join(threads[i], NULL);
}

char *explain(struct job *job)
{
    char *said = calloc(1, LONGEST_LOG), *text = NULL;
    int descriptor;

    if (said) {
        job->options->log_buf = said;
        job->options->log_size = LONGEST_LOG;
        job->options->log_level = 1;
        descriptor = bpf_prog_load(job->type, job->name, "GPL", job->instructions, job->count, job->options);
        if (descriptor >= 0)
            close(descriptor);
    }
    if (asprintf(&text,
                 "prog '%s': BPF program load failed: %s\n-- BEGIN PROG LOAD LOG --\n%s\n-- END PROG LOAD LOG --",
                 job->name, strerror(-job->code), said ? said : "") < 0)
        text = NULL;
    free(said);
    return text;
}

int CLoading_descriptor(const struct loaded_programs *programs, const char *name)
{
    for (int i = 0; programs && i < programs->count; i++)
        if (strcmp(programs->jobs[i].name, name) == 0)
            return programs->jobs[i].descriptor;
    return -1;
}

void CLoading_freePrograms(struct loaded_programs *programs)
{
    for (int i = 0; programs && i < programs->count; i++) {
        struct job *job = &programs->jobs[i];

        if (job->descriptor >= 0)
            close(job->descriptor);
        free(job->name);
        free(job->instructions);
        free(job->options);
        free(job->functions);
        free(job->lines);
    }
    free(programs);
}
