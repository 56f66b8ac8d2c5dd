#define _GNU_SOURCE
#include "terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

/* How long the rest may take after a signal that asks for the end. */
enum { LAST_SECONDS = 5 };

/* How long a process that has been let go on waits for what came while it was stopped. */
enum { PAUSE_MS = 50 };

/* The other screen of xterm and its kin, cleared; no cursor. A frame that was begun is ended before all is undone. */
static const char enter_text[] = "\033[?1049h\033[?25l\033[2J";
static const char clear_text[] = "\033[0m\033[?25l\033[2J";
static const char leave_text[] = "\033[?2026l\033[0m\033[?25h\033[?1049l";

/* What the guardian must know of the process when that is gone. */
struct shared {
    /* Whether the terminal is taken and not given back. */
    atomic_bool is_taken;
};

static struct shared *shared;
static struct termios before;
static bool has_keys;
/* Standard error as it was, and what keeps its text meanwhile; -1 where it is no terminal. */
static int error_before = -1, error_kept = -1;
static pid_t guardian = -1;
/* The process's end of the pipe whose other end is the guardian's. */
static int guarded = -1;
/* Signals become bytes here. */
static int events[2] = {-1, -1};
static atomic_int stops;

/* Everything down to give_back() may run in a handler of signals, or in a process forked from one with threads. */

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

/* Shows what was written to standard error meanwhile. */
static void show_kept(int terminal)
{
    char text[4096];
    ssize_t count;

    if (error_kept < 0)
        return;
    (void)lseek(error_kept, 0, SEEK_SET);
    while ((count = read(error_kept, text, sizeof text)) > 0)
        write_all(terminal, text, count);
    if (!ftruncate(error_kept, 0))
        (void)lseek(error_kept, 0, SEEK_SET);
}

static void restore(int keys, int screen)
{
    write_all(screen, leave_text, sizeof leave_text - 1);
    if (has_keys)
        (void)tcsetattr(keys, TCSANOW, &before);
    show_kept(screen);
}

static void give_back(void)
{
    if (!shared || !atomic_load(&shared->is_taken))
        return;
    if (error_kept >= 0)
        (void)dup2(error_before, STDERR_FILENO);
    restore(STDIN_FILENO, STDOUT_FILENO);
    atomic_store(&shared->is_taken, false);
}

/* Stops the process as the signal does that the terminal sends for it; returns when it goes on. */
static void stop_by(int signal_number)
{
    sigset_t signals, masked;

    /* Threads of a library may have it blocked, and the process must not run on before it stops. */
    (void)sigemptyset(&signals);
    (void)sigaddset(&signals, signal_number);
    (void)pthread_sigmask(SIG_UNBLOCK, &signals, &masked);
    (void)raise(signal_number);
    (void)pthread_sigmask(SIG_SETMASK, &masked, NULL);
}

static bool is_in_background(void)
{
    return has_keys && tcgetpgrp(STDIN_FILENO) != getpgrp();
}

static void take(void)
{
    struct termios raw = before;

    /* As any program that wants the terminal; where no shell could let it go on, the signal does nothing. */
    for (int tries = 0; is_in_background() && !atomic_load(&stops) && tries < 100; tries++) {
        stop_by(SIGTTIN);
        /* Signals that came meanwhile are handled by other threads: they go first. */
        (void)poll(NULL, 0, PAUSE_MS);
    }
    if (atomic_load(&stops))
        return;
    if (error_kept >= 0)
        (void)dup2(error_kept, STDERR_FILENO);
    /* First the note, for the process may be killed at any time. */
    bool was_taken = atomic_exchange(&shared->is_taken, true);
    if (has_keys) {
        /* Ctrl-C and its kin stay signals, so that they work whatever the process is doing. */
        raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO | IEXTEN);
        /* Ctrl-S would hold up whoever draws, and whoever gives the terminal back. */
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

/* ---- signals ---- */

static void set_handler(int signal_number, void (*handler)(int), int flags)
{
    struct sigaction action = {.sa_handler = handler, .sa_flags = flags};

    (void)sigemptyset(&action.sa_mask);
    (void)sigaction(signal_number, &action, NULL);
}

/* The guardian gives the terminal back: a write to one that nobody reads would keep us here. */
static void end_at_once(int signal_number)
{
    (void)signal_number;
    _exit(1);
}

static void note(int signal_number)
{
    int error = errno;
    unsigned char event = signal_number;
    bool stops_it =
        signal_number == SIGINT || signal_number == SIGTERM || signal_number == SIGHUP || signal_number == SIGQUIT;

    if (stops_it && atomic_fetch_add(&stops, 1))
        end_at_once(signal_number);
    if (stops_it)
        (void)alarm(LAST_SECONDS);
    /* A pipe that is full has events enough. */
    (void)!write(events[1], &event, 1);
    errno = error;
}

/* A handler that gives way to the default action: the signal still ends the process. */
static void crash(int signal_number)
{
    give_back();
    (void)raise(signal_number);
}

int CPlatform_watchSignals(void)
{
    static const int noted[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGCONT, SIGWINCH};
    static const int crashes[] = {SIGSEGV, SIGABRT, SIGILL, SIGTRAP, SIGBUS, SIGFPE, SIGSYS};

    if (pipe2(events, O_CLOEXEC | O_NONBLOCK))
        return errno;
    for (size_t i = 0; i < sizeof noted / sizeof *noted; i++)
        set_handler(noted[i], note, SA_RESTART);
    for (size_t i = 0; i < sizeof crashes / sizeof *crashes; i++)
        set_handler(crashes[i], crash, (int)(SA_RESETHAND | SA_NODEFER));
    set_handler(SIGALRM, end_at_once, 0);
    /* A reader that goes away is the end of it, and told by the write. */
    set_handler(SIGPIPE, SIG_IGN, 0);
    return 0;
}

/* ---- the guardian ---- */

/* Waits until the process at the other end of the pipe is gone, and gives the terminal back if that did not. */
static _Noreturn void guard(int pipe_end)
{
    static const int ignored[] = {SIGINT,  SIGTERM, SIGHUP,   SIGQUIT, SIGTSTP,
                                  SIGTTOU, SIGTTIN, SIGWINCH, SIGPIPE, SIGALRM};
    /* Of what the process has open, nothing else: whoever waits for the end of a pipe does not wait for us. */
    enum { KEYS = STDIN_FILENO, SCREEN = STDOUT_FILENO, END = STDERR_FILENO, KEPT, FREE };
    int end = fcntl(pipe_end, F_DUPFD, FREE), kept = error_kept < 0 ? -1 : fcntl(error_kept, F_DUPFD, FREE);
    char byte;

    for (size_t i = 0; i < sizeof ignored / sizeof *ignored; i++)
        set_handler(ignored[i], SIG_IGN, 0);
    (void)prctl(PR_SET_NAME, "tcplens-guard");
    (void)dup2(end, END);
    if (kept >= 0)
        (void)dup2(kept, KEPT);
    error_kept = kept < 0 ? -1 : KEPT;
    if (!has_keys)
        (void)close(KEYS);
    (void)syscall(SYS_close_range, kept < 0 ? KEPT : FREE, ~0U, 0U);
    while (read(END, &byte, 1) < 0 && errno == EINTR)
        ;
    if (atomic_load(&shared->is_taken))
        restore(KEYS, SCREEN);
    _exit(0);
}

static int start_guardian(void)
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

/* ---- the terminal ---- */

int CPlatform_enterTerminal(void)
{
    void *memory = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    if (memory == MAP_FAILED)
        return errno;
    shared = memory;
    has_keys = isatty(STDIN_FILENO) && !tcgetattr(STDIN_FILENO, &before);
    if (isatty(STDERR_FILENO)) {
        error_before = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
        error_kept = memfd_create("stderr", MFD_CLOEXEC);
        if (error_before < 0)
            error_kept = -1;
    }
    /* Giving the terminal back must not stop us, whoever has it. */
    set_handler(SIGTTOU, SIG_IGN, 0);
    int error = start_guardian();
    if (error)
        return error;
    take();
    return 0;
}

void CPlatform_leaveTerminal(void)
{
    give_back();
    if (guarded < 0)
        return;
    (void)close(guarded);
    guarded = -1;
    while (waitpid(guardian, NULL, 0) < 0 && errno == EINTR)
        ;
}

void CPlatform_suspendTerminal(void)
{
    give_back();
    set_handler(SIGTSTP, SIG_DFL, 0);
    stop_by(SIGTSTP);
    /* From here on the process goes on. */
    set_handler(SIGTSTP, note, SA_RESTART);
    CPlatform_resumeTerminal();
}

void CPlatform_resumeTerminal(void)
{
    if (!shared)
        return;
    take();
}

static int event_of(unsigned char signal_number)
{
    switch (signal_number) {
    case SIGTSTP:
        return CPLATFORM_SUSPEND;
    case SIGCONT:
        return CPLATFORM_RESUMED;
    case SIGWINCH:
        return CPLATFORM_RESIZED;
    default:
        return CPLATFORM_STOP;
    }
}

int CPlatform_waitForEvent(int milliseconds)
{
    struct pollfd sources[] = {
        {.fd = events[0], .events = POLLIN},
        /* For what went wrong there; no events are asked for. */
        {.fd = STDOUT_FILENO},
        {.fd = has_keys ? STDIN_FILENO : -1, .events = POLLIN},
    };
    unsigned char byte;

    /* A signal interrupts it and has left its event: the next turn finds that. */
    if (poll(sources, sizeof sources / sizeof *sources, milliseconds) <= 0)
        return CPLATFORM_NOTHING;
    if (sources[0].revents && read(events[0], &byte, 1) == 1)
        return event_of(byte);
    if (sources[1].revents & (POLLERR | POLLHUP))
        return CPLATFORM_GONE;
    if (sources[2].revents)
        return read(STDIN_FILENO, &byte, 1) == 1 ? byte : CPLATFORM_GONE;
    return CPLATFORM_NOTHING;
}
