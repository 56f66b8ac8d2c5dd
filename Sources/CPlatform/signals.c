#define _GNU_SOURCE
#include "terminal.h"
#include "terminal_state.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

/* How long the process may still run after the first signal that asks it to end. */
enum { LAST_SECONDS = 5 };

/* A pipe. The handlers write the number of each signal into it as one byte, and CPlatform_waitForEvent() reads it. */
static int events[2] = {-1, -1};

atomic_int CPlatform_stops;

void CPlatform_setHandler(int signal_number, void (*handler)(int), int flags)
{
    struct sigaction action = {.sa_handler = handler, .sa_flags = flags};

    (void)sigemptyset(&action.sa_mask);
    (void)sigaction(signal_number, &action, NULL);
}

/* The guardian gives the terminal back. If we did, a write to a terminal that nobody reads could block for ever. */
static void end_at_once(int signal_number)
{
    (void)signal_number;
    _exit(1);
}

static void note(int signal_number)
{
    int error = errno;
    unsigned char event = signal_number;
    bool is_stop =
        signal_number == SIGINT || signal_number == SIGTERM || signal_number == SIGHUP || signal_number == SIGQUIT;

    if (is_stop && atomic_fetch_add(&CPlatform_stops, 1))
        end_at_once(signal_number);
    if (is_stop)
        (void)alarm(LAST_SECONDS);
    /* If the pipe is full, enough events wait already. */
    (void)!write(events[1], &event, 1);
    errno = error;
}

/* Runs once for each signal (SA_RESETHAND): raising it again ends the process by the default action. */
static void crash(int signal_number)
{
    CPlatform_giveBackTerminal();
    (void)raise(signal_number);
}

void CPlatform_noteSuspensions(void)
{
    CPlatform_setHandler(SIGTSTP, note, SA_RESTART);
}

int CPlatform_watchSignals(void)
{
    static const int noted[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGCONT, SIGWINCH};
    static const int crashes[] = {SIGSEGV, SIGABRT, SIGILL, SIGTRAP, SIGBUS, SIGFPE, SIGSYS};

    if (pipe2(events, O_CLOEXEC | O_NONBLOCK))
        return errno;
    for (size_t i = 0; i < sizeof noted / sizeof *noted; i++)
        CPlatform_setHandler(noted[i], note, SA_RESTART);
    for (size_t i = 0; i < sizeof crashes / sizeof *crashes; i++)
        CPlatform_setHandler(crashes[i], crash, (int)(SA_RESETHAND | SA_NODEFER));
    CPlatform_setHandler(SIGALRM, end_at_once, 0);
    /* When the reader of our output has gone, the write fails, and that ends the program. */
    CPlatform_setHandler(SIGPIPE, SIG_IGN, 0);
    return 0;
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
        /* No events are requested: poll() reports errors and hang-ups anyway. */
        {.fd = STDOUT_FILENO},
        {.fd = CPlatform_terminal.has_keys ? STDIN_FILENO : -1, .events = POLLIN},
    };
    unsigned char byte;

    /* A signal that interrupts poll() has written its event, which the next call finds. */
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
