/* What the process is to the system: signals, its three streams, and that it leaves no memory image behind. */
#ifndef TIDEGATE_CLI_PROCESS_H
#define TIDEGATE_CLI_PROCESS_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

/* To be called first, before any file is opened: descriptors 0 to 2 are open afterwards, a core dump is impossible
 * (credentials are in memory), a reader of the output that goes away ends nothing, nor does a file that may not grow,
 * no signal is blocked, and how a child ends can be told, whatever we were started with. */
void process_harden(void);

/* From now on SIGTERM, SIGINT and SIGHUP ask for a stop and nothing else; the latter two stay ignored where they are
 * (nohup). */
void process_catch_stops(void);

/* Set once a stop was asked for. */
const volatile sig_atomic_t *process_stop(void);
/* Becomes readable then, and stays so: for whoever waits. -1 until process_catch_stops. */
const int *process_stop_descriptor(void);

/* Set where the process went on after it was stopped (Ctrl-Z, fg); who has seen it clears it. */
volatile sig_atomic_t *process_resumed(void);

/* Whether nobody reads standard output any more. Waits `wait_ms` for that, or until a signal comes. */
bool process_reader_has_gone(int wait_ms);

/* How long a reader that has stopped to read is waited for, as the CodeDeploy agent can hang, or a terminal be held:
 * what a run has changed is not to stay so for that, past its time and every signal. */
enum { READER_PATIENCE_MS = 1000 };

/* Writes to what may be full; how many bytes it took. It waits `wait_ms` at most each time that it is full, and not
 * after a signal. That writing blocks stays as it is: others have the same pipe. */
size_t process_write(int fd, const char *bytes, size_t length, int wait_ms);

/* Both outputs into one stream in the order in which they are written, and nothing to read. */
void process_join_streams(void);

#endif
