/* What the files about the terminal share: terminal.c takes it, signals.c handles signals, guardian.c watches. */
#ifndef CPLATFORM_TERMINAL_STATE_H
#define CPLATFORM_TERMINAL_STATE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <termios.h>

/* Memory that the process and its guardian share. */
struct CPlatform_shared {
    /* Whether the terminal is taken and has not been given back. */
    atomic_bool is_taken;
};

struct CPlatform_terminal {
    /* NULL until the terminal is taken for the first time. */
    struct CPlatform_shared *shared;
    /* The settings of the terminal before it was taken. */
    struct termios before;
    /* Whether standard input is a terminal, from which keys are read. */
    bool has_keys;
    /* A duplicate of the original standard error, and the file that collects what is written to standard error while
     * the terminal is taken; -1 if standard error is not a terminal. */
    int error_before, error_kept;
};

extern struct CPlatform_terminal CPlatform_terminal;

/* How many signals have asked the process to end. */
extern atomic_int CPlatform_stops;

/* Restores the terminal without looking at `is_taken`. Safe in signal handlers. */
void CPlatform_restoreTerminal(int keys, int screen);

/* Restores the terminal if it is taken. Safe in signal handlers. */
void CPlatform_giveBackTerminal(void);

/* Sets the handler of a signal, with an empty mask. */
void CPlatform_setHandler(int signal_number, void (*handler)(int), int flags);

/* Makes Ctrl-Z and SIGTSTP an event. */
void CPlatform_noteSuspensions(void);

/* Starts the guardian of the terminal. Returns 0, or an error number. */
int CPlatform_startGuardian(void);

/* Ends the guardian and waits for its end. Does nothing if there is no guardian. */
void CPlatform_endGuardian(void);

#endif
