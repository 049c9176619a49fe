/* The types of values that only the machine language knows, for the tables of machine_records.c and machine_use.c. In
 * brackets the C type of the member, as in text/record.h. */
#ifndef TIDEGATE_MODEL_MACHINE_FIELDS_H
#define TIDEGATE_MODEL_MACHINE_FIELDS_H

#include "model/machine.h"

extern const struct field_type field_state;        /* [struct state_reference] resolved when all states are known */
extern const struct field_type field_states;       /* [struct state_list] one name or a list */
extern const struct field_type field_failures;     /* [struct failure_list] one name or a list */
extern const struct field_type field_factor;       /* [double] from 1 to 100 */
extern const struct field_type field_restore;      /* [struct restore *] all, or names of states */
extern const struct field_type field_environments; /* [struct record_list] of struct environment_inputs */
extern const struct field_type field_hooks_over;   /* [const struct node *] hooks that are laid over a used machine's */

extern const struct record hook_record;

#endif
