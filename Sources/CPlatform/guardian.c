#define _GNU_SOURCE
#include "terminal_state.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static pid_t guardian = -1;
/* The process's end of the pipe to the guardian. The guardian reads an end of file there when the process has ended. */
static int guarded = -1;

/* Waits until the process at the other end of the pipe has ended, and gives the terminal back if the process did not.
 *
 * It runs in a process forked from one with threads, so it may only call what is safe in signal handlers. */
static _Noreturn void guard(int pipe_end)
{
    static const int ignored[] = {SIGINT,  SIGTERM, SIGHUP,   SIGQUIT, SIGTSTP,
                                  SIGTTOU, SIGTTIN, SIGWINCH, SIGPIPE, SIGALRM};
    /* The only descriptors that stay open. All others are closed; otherwise a reader at the end of one of the process's
     * pipes would wait for the guardian as well. */
    enum { KEYS = STDIN_FILENO, SCREEN = STDOUT_FILENO, END = STDERR_FILENO, KEPT, FREE };
    int error_kept = CPlatform_terminal.error_kept;
    int end = fcntl(pipe_end, F_DUPFD, FREE), kept = error_kept < 0 ? -1 : fcntl(error_kept, F_DUPFD, FREE);
    char byte;

    for (size_t i = 0; i < sizeof ignored / sizeof *ignored; i++)
        CPlatform_setHandler(ignored[i], SIG_IGN, 0);
    (void)prctl(PR_SET_NAME, "tcplens-guard");
    (void)dup2(end, END);
    if (kept >= 0)
        (void)dup2(kept, KEPT);
    CPlatform_terminal.error_kept = kept < 0 ? -1 : KEPT;
    if (!CPlatform_terminal.has_keys)
        (void)close(KEYS);
    (void)syscall(SYS_close_range, kept < 0 ? KEPT : FREE, ~0U, 0U);
    while (read(END, &byte, 1) < 0 && errno == EINTR)
        ;
    if (atomic_load(&CPlatform_terminal.shared->is_taken))
        CPlatform_restoreTerminal(KEYS, SCREEN);
    _exit(0);
}

int CPlatform_startGuardian(void)
{
    int ends[2];

    if (pipe2(ends, O_CLOEXEC))
        return errno;
    guardian = fork();
    if (guardian < 0) {
        int error = errno;

        (void)close(ends[0]);
        (void)close(ends[1]);
        return error;
    }
    if (!guardian) {
        (void)close(ends[1]);
        guard(ends[0]);
    }
    (void)close(ends[0]);
    guarded = ends[1];
    return 0;
}

void CPlatform_endGuardian(void)
{
    if (guarded < 0)
        return;
    (void)close(guarded);
    guarded = -1;
    while (waitpid(guardian, NULL, 0) < 0 && errno == EINTR)
        ;
}
