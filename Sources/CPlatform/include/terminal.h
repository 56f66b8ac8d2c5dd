/* A terminal that a program draws on, and that is given back as it was in every way the program can end. */
#ifndef CPLATFORM_TERMINAL_H
#define CPLATFORM_TERMINAL_H

/* What CPlatform_waitForEvent() has to tell; a key is its byte, from 0 to 255. */
enum {
    /* Nothing came in time. */
    CPLATFORM_NOTHING = -1,
    /* Nobody reads any more what would be written: the pipe or the terminal has gone. */
    CPLATFORM_GONE = 256,
    /* A signal asked for the end. */
    CPLATFORM_STOP,
    /* Ctrl-Z, or SIGTSTP. */
    CPLATFORM_SUSPEND,
    /* The process goes on after it was stopped, by whatever signal. */
    CPLATFORM_RESUMED,
    /* The window has another size. */
    CPLATFORM_RESIZED,
};

/*
 * From here on signals are events that CPlatform_waitForEvent() tells: SIGINT, SIGTERM, SIGHUP and SIGQUIT as CPLATFORM_STOP.
 *
 * The process ends with status 1 all the same, whatever it is doing, at the second of them or five seconds after the
 * first: a write to a terminal that nobody reads can't be cancelled. Returns 0, or an error number.
 */
int CPlatform_watchSignals(void);

/*
 * Takes the terminal of standard output: its other screen, no cursor, and, where standard input is a terminal as well,
 * keys without echo one by one. What the process writes to standard error is kept, if that is a terminal, and shown
 * when the terminal is given back. Call it before anything is opened that a second process must not hold.
 *
 * It is given back by CPlatform_leaveTerminal(), by the handlers of the signals of a crash, and when the process is gone and
 * has done neither, as after SIGKILL, by a guardian: a process that waits for nothing else. Returns 0, or an error
 * number.
 */
int CPlatform_enterTerminal(void);

/* Gives the terminal back as it was, and ends the guardian. Does nothing when it has not been taken. */
void CPlatform_leaveTerminal(void);

/* Gives the terminal back, stops the process as Ctrl-Z does, and takes the terminal again when it goes on. */
void CPlatform_suspendTerminal(void);

/* Sets the terminal up once more after others may have changed it. */
void CPlatform_resumeTerminal(void);

/* Waits for what comes next, so many milliseconds at most. */
int CPlatform_waitForEvent(int milliseconds);

#endif
