/* The form of an appspec.yml for EC2 (CodeDeploy user guide, "AppSpec file reference"; what the agent makes of it:
 * application_specification.rb, 1.8.1). What machines it names is appspec.c's. */
#ifndef TIDEGATE_CLI_APPSPEC_FORM_H
#define TIDEGATE_CLI_APPSPEC_FORM_H

#include "text/record.h"

enum {
	APPSPEC_EVENT_SECONDS = 3600 /* CodeDeploy's bound, for all scripts of an event together */
};

struct appspec_script {
	const char *location; /* from the bundle's root, where the appspec.yml is */
	int64_t timeout;      /* seconds; 0: not given */
	const char *runas;    /* NULL: root */
	bool sudo;
};

/* The document as the agent takes it: a key with nothing behind it is not there. */
const struct node *appspec_said(struct arena *arena, const struct node *node);
/* 0, or -1 with every fault in the reader's diagnostics: keys, versions, events. Scripts are left out. */
int appspec_check_form(struct reader *reader, const struct node *node);
/* One entry of an event's list. 0, or -1 with its faults in the reader's diagnostics. */
int appspec_read_script(struct reader *reader, const struct node *node, struct appspec_script *script);

#endif
