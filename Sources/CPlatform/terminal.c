#define _GNU_SOURCE
#include "terminal.h"
#include "terminal_state.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

/* How long a process that continues after a stop waits for signals that arrived while it was stopped. */
enum { PAUSE_MS = 50 };

/* Entering switches to xterm's alternate screen, hides the cursor and clears the screen. Leaving ends a synchronized
 * update that may have begun, and undoes all of it. */
static const char enter_text[] = "\033[?1049h\033[?25l\033[2J";
static const char clear_text[] = "\033[0m\033[?25l\033[2J";
static const char leave_text[] = "\033[?2026l\033[0m\033[?25h\033[?1049l";

struct CPlatform_terminal CPlatform_terminal = {.error_before = -1, .error_kept = -1};

/* All functions down to CPlatform_giveBackTerminal() may run in a signal handler, or in the guardian, which is forked
 * from a process with threads. So they may only call what is safe in signal handlers. */

static void write_all(int descriptor, const char *text, size_t size)
{
    while (size) {
        ssize_t count = write(descriptor, text, size);

        if (count < 0 && errno != EINTR)
            return;
        if (count > 0) {
            text += count;
            size -= count;
        }
    }
}

/* Shows what was written to standard error while the terminal was taken. */
static void show_kept(int screen)
{
    int kept = CPlatform_terminal.error_kept;
    char text[4096];
    ssize_t count;

    if (kept < 0)
        return;
    (void)lseek(kept, 0, SEEK_SET);
    while ((count = read(kept, text, sizeof text)) > 0)
        write_all(screen, text, count);
    if (!ftruncate(kept, 0))
        (void)lseek(kept, 0, SEEK_SET);
}

void CPlatform_restoreTerminal(int keys, int screen)
{
    write_all(screen, leave_text, sizeof leave_text - 1);
    if (CPlatform_terminal.has_keys)
        (void)tcsetattr(keys, TCSANOW, &CPlatform_terminal.before);
    show_kept(screen);
}

void CPlatform_giveBackTerminal(void)
{
    struct CPlatform_shared *shared = CPlatform_terminal.shared;

    if (!shared || !atomic_load(&shared->is_taken))
        return;
    if (CPlatform_terminal.error_kept >= 0)
        (void)dup2(CPlatform_terminal.error_before, STDERR_FILENO);
    CPlatform_restoreTerminal(STDIN_FILENO, STDOUT_FILENO);
    atomic_store(&shared->is_taken, false);
}

/* Stops the process by raising SIGTSTP or SIGTTIN, as if the terminal had sent it. Returns when the process continues.
 */
static void stop_by(int signal_number)
{
    sigset_t signals, masked;

    /* Threads of a library may have blocked the signal. It must be delivered here, before the process does more. */
    (void)sigemptyset(&signals);
    (void)sigaddset(&signals, signal_number);
    (void)pthread_sigmask(SIG_UNBLOCK, &signals, &masked);
    (void)raise(signal_number);
    (void)pthread_sigmask(SIG_SETMASK, &masked, NULL);
}

static bool is_in_background(void)
{
    return CPlatform_terminal.has_keys && tcgetpgrp(STDIN_FILENO) != getpgrp();
}

static void take(void)
{
    struct termios raw = CPlatform_terminal.before;

    /* A program in the background stops until the shell brings it to the foreground. The kernel ignores the signal in
     * an orphaned process group, where no shell could do that. */
    for (int tries = 0; is_in_background() && !atomic_load(&CPlatform_stops) && tries < 100; tries++) {
        stop_by(SIGTTIN);
        /* Signals that arrived during the stop are handled by other threads. Let them run first. */
        (void)poll(NULL, 0, PAUSE_MS);
    }
    if (atomic_load(&CPlatform_stops))
        return;
    if (CPlatform_terminal.error_kept >= 0)
        (void)dup2(CPlatform_terminal.error_kept, STDERR_FILENO);
    /* Set the flag before the terminal is changed, because the process may be killed at any time. */
    bool was_taken = atomic_exchange(&CPlatform_terminal.shared->is_taken, true);
    if (CPlatform_terminal.has_keys) {
        /* ISIG stays set, so Ctrl-C works whatever the process is doing. */
        raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO | IEXTEN);
        /* Otherwise Ctrl-S would block all writes to the terminal, also the one that restores it. */
        raw.c_iflag &= ~(tcflag_t)IXON;
        raw.c_cc[VMIN] = 1;
        raw.c_cc[VTIME] = 0;
        (void)tcsetattr(STDIN_FILENO, TCSANOW, &raw);
    }
    if (was_taken)
        write_all(STDOUT_FILENO, clear_text, sizeof clear_text - 1);
    else
        write_all(STDOUT_FILENO, enter_text, sizeof enter_text - 1);
}

int CPlatform_enterTerminal(void)
{
    struct CPlatform_terminal *terminal = &CPlatform_terminal;
    void *memory = mmap(NULL, sizeof *terminal->shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    if (memory == MAP_FAILED)
        return errno;
    terminal->shared = memory;
    terminal->has_keys = isatty(STDIN_FILENO) && !tcgetattr(STDIN_FILENO, &terminal->before);
    if (isatty(STDERR_FILENO)) {
        terminal->error_before = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
        terminal->error_kept = memfd_create("stderr", MFD_CLOEXEC);
        if (terminal->error_before < 0)
            terminal->error_kept = -1;
    }
    /* Otherwise giving the terminal back from the background would stop us. */
    CPlatform_setHandler(SIGTTOU, SIG_IGN, 0);
    int error = CPlatform_startGuardian();
    if (error)
        return error;
    take();
    return 0;
}

void CPlatform_leaveTerminal(void)
{
    CPlatform_giveBackTerminal();
    CPlatform_endGuardian();
}

void CPlatform_suspendTerminal(void)
{
    CPlatform_giveBackTerminal();
    CPlatform_setHandler(SIGTSTP, SIG_DFL, 0);
    stop_by(SIGTSTP);
    /* The process has continued. */
    CPlatform_noteSuspensions();
    CPlatform_resumeTerminal();
}

void CPlatform_resumeTerminal(void)
{
    if (CPlatform_terminal.shared)
        take();
}
