/* Ports of loopback for servers under test. */
#pragma once

/* One that nobody listens on. It lies below those that the kernel gives to clients, or one of
 * the thousands that the scenarios open meanwhile could take it before it is listened on. */
unsigned free_port(void);
