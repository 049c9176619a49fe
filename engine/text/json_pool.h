/* Memory for a process that makes and drops JSON values by the million, as a rehearsal does: lists of free blocks, one
 * for each size, at a tenth of the cost of malloc. Not for processes that hold somebody's host in their hands: malloc
 * notices a block that is freed twice, and gives memory back to the system. */
#ifndef TIDEGATE_TEXT_JSON_POOL_H
#define TIDEGATE_TEXT_JSON_POOL_H

/* From here on all that jansson makes comes out of the pool, until the process ends; values that are older may live on.
 * For processes with one thread. What json_dumps() gives is not to be freed with free() then: json_text() is. Where the
 * system refuses the memory, everything stays with malloc. */
void json_pool_use(void);

#endif
