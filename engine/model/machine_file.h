/* A machine file: from its bytes on disk to a machine that is loaded and checked. */
#ifndef TIDEGATE_MODEL_MACHINE_FILE_H
#define TIDEGATE_MODEL_MACHINE_FILE_H

#include "model/machine.h"

/* The file's text as a source that lives in the reader's arena, or NULL with a diagnostic: there is none, it is no
 * regular file, or larger than YAML_MAX_BYTES. */
const struct source *source_read_file(struct reader *reader, const char *path);

/* The machine of this file, or NULL with at least one error in the reader's diagnostics; warnings may be there in any
 * case. What has `hooks` is run by CodeDeploy's agent as a program, and must begin with a '#!' line that names
 * tidegate. Everything lives in the reader's arena; the catalogue must outlive it. */
const struct machine *machine_read_file(struct reader *reader, const char *path, const struct catalogue *catalogue);

/* The same of a text that is in memory already; the source must outlive the machine. */
const struct machine *machine_read_source(struct reader *reader, const struct source *source,
					  const struct catalogue *catalogue);

#endif
