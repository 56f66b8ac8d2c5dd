// SPDX-License-Identifier: Apache-2.0
/* Attaches empty.bpf.o, the argument, until it is ended. */
#include <bpf/libbpf.h>
#include <stdio.h>
#include <unistd.h>

int main(int count, char **arguments)
{
    struct bpf_object *object = count == 2 ? bpf_object__open_file(arguments[1], NULL) : NULL;
    struct bpf_program *program = object ? bpf_object__find_program_by_name(object, "empty") : NULL;

    if (!program || bpf_object__load(object) || !bpf_program__attach_trace(program)) {
        perror("empty");
        return 1;
    }
    pause();
    return 0;
}
