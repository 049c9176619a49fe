/* In the place of sim/server.c where libmicrohttpd was not there to build with. */
#include "config.h"

#include "sim/server.h"

int sim_serve(struct sim *sim, struct services *services, const struct sim_server_options *options, struct error *err)
{
	(void)sim;
	(void)services;
	(void)options;
	return error_set(err, ERROR_USAGE, NOWHERE,
			 "this tidegate was built without libmicrohttpd: install its headers, then build again");
}
