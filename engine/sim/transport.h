/* The simulated AWS behind the transport that the AWS client is given in place of libcurl's: what is tested over it is
 * everything of the client but the network, with the faults of sim/sim.h as the network shows them. */
#ifndef TIDEGATE_SIM_TRANSPORT_H
#define TIDEGATE_SIM_TRANSPORT_H

#include "model/services.h"
#include "sim/sim.h"
#include "wire/transport.h"

struct sim_transport;

/* Both are borrowed. A client that has several transports may be given several over one world. */
struct sim_transport *sim_transport_new(struct sim *sim, struct services *services);
void sim_transport_free(struct sim_transport *transport);
struct transport *sim_transport_interface(struct sim_transport *transport);

#endif
