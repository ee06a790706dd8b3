#include "ports.h"

#include <arpa/inet.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/err.h"

/* tests/README.md: those of the scenarios lie below, the clients' of Linux begin at 32768. */
#define LOW   20000u
#define COUNT 12000u

static bool is_free(unsigned port)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_port = htons((uint16_t)port),
				      .sin_addr = {htonl(INADDR_LOOPBACK)}};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;
	bool is_so = setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == 0 &&
		     bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0;

	close(fd);
	return is_so;
}

unsigned free_port(void)
{
	uint32_t from; /* by chance: many tests run beside each other */

	if (getrandom(&from, sizeof(from), 0) != sizeof(from))
		fatal("getrandom");
	for (unsigned i = 0; i < COUNT; i++) {
		unsigned port = LOW + (from % COUNT + i) % COUNT;

		if (is_free(port))
			return port;
	}
	fatal("no free port from %u on", LOW);
}
