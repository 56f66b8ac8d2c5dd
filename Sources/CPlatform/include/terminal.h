/* A terminal that a program draws on. However the program ends, the terminal is restored to what it was. */
#ifndef CPLATFORM_TERMINAL_H
#define CPLATFORM_TERMINAL_H

/* What CPlatform_waitForEvent() returns; a key is its byte, from 0 to 255. */
enum {
    /* Nothing happened within the time. */
    CPLATFORM_NOTHING = -1,
    /* Nobody reads the output any more: the pipe or the terminal is closed. */
    CPLATFORM_GONE = 256,
    /* A signal asked the program to end. */
    CPLATFORM_STOP,
    /* Ctrl-Z, or SIGTSTP. */
    CPLATFORM_SUSPEND,
    /* The process continues after it was stopped by any signal. */
    CPLATFORM_RESUMED,
    /* The size of the window has changed. */
    CPLATFORM_RESIZED,
};

/*
 * Turns signals into events of CPlatform_waitForEvent(). SIGINT, SIGTERM, SIGHUP and SIGQUIT become CPLATFORM_STOP.
 *
 * The second of them, or a timer five seconds after the first, ends the process with status 1, whatever the process is
 * doing: a write to a terminal that nobody reads can't be cancelled. Returns 0, or an error number.
 */
int CPlatform_watchSignals(void);

/*
 * Takes the terminal of standard output: its alternate screen, without a cursor. If standard input is a terminal as
 * well, keys arrive one by one and are not echoed. If standard error is a terminal, what is written to it is kept, and
 * shown when the terminal is given back. Call it before opening anything that a second process must not hold.
 *
 * CPlatform_leaveTerminal() and the handlers of crash signals give it back. A guardian does if the process ends without
 * doing so, for example by SIGKILL; it is a process that only waits for that. Returns 0, or an error number.
 */
int CPlatform_enterTerminal(void);

/* Gives the terminal back and ends the guardian. Does nothing if the terminal has not been taken. */
void CPlatform_leaveTerminal(void);

/* Gives the terminal back, stops the process as Ctrl-Z does, and takes the terminal again when the process continues.
 */
void CPlatform_suspendTerminal(void);

/* Sets the terminal up again after other programs may have changed it. */
void CPlatform_resumeTerminal(void);

/* Waits for the next event, at most this number of milliseconds. */
int CPlatform_waitForEvent(int milliseconds);

#endif
