/* An event as one line for a person at a terminal. Pure but for the stream. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

/* "21:05:09 #4711 incident.created  P1 emergency fire_building fire,health Kesambi: …", and
 * what was decided by whom. is_coloured: the priority stands out, as merah, kuning, hijau. */
void watch_line_write(FILE *to, const json_t *event, bool is_coloured);
