#include "cmd/solver.h"

#include <linear.h>
#include <math.h>
#include <stdlib.h>

#include "base/xalloc.h"

#define MARGIN_PRECISION 0.1  /* of the dual, as liblinear's own default */
#define PRECISION        0.03 /* of the gradient, as liblinear's own default */

struct solver_row {
	unsigned count;
	struct feature_node node[]; /* ends with index -1 */
};

static int compare_nodes(const void *a, const void *b)
{
	const struct feature_node *x = a, *y = b;

	return x->index - y->index;
}

/* A cue and a word may share a bucket: what they add is one number. */
static void merge(struct solver_row *row)
{
	unsigned out = 0;

	qsort(row->node, row->count, sizeof(row->node[0]), compare_nodes);
	for (unsigned i = 0; i < row->count; i++)
		if (out > 0 && row->node[out - 1].index == row->node[i].index)
			row->node[out - 1].value += row->node[i].value;
		else
			row->node[out++] = row->node[i];
	row->count = out;
}

struct solver_row *solver_row_new(const uint16_t *text, unsigned text_count, unsigned all_count,
				  const uint16_t *cue, unsigned cue_count, double cue_value)
{
	unsigned room = text_count + cue_count + 2;
	struct solver_row *row = xcalloc(1, sizeof(*row) + room * sizeof(row->node[0]));
	double value = all_count > 0 ? 1 / sqrt(all_count) : 0;

	for (unsigned i = 0; i < text_count; i++)
		row->node[row->count++] = (struct feature_node){text[i] + 1, value};
	for (unsigned i = 0; i < cue_count; i++)
		row->node[row->count++] = (struct feature_node){cue[i] + 1, cue_value};
	merge(row);
	row->node[row->count] = (struct feature_node){1 << 16 | 1, 1}; /* the bias */
	row->node[row->count + 1].index = -1;
	return row;
}

void solver_row_free(struct solver_row **row)
{
	xfree(*row);
	*row = NULL;
}

static void say_nothing(const char *text)
{
	(void)text; /* liblinear tells of every step on standard output */
}

float solver_learn(enum solver_kind kind, struct solver_row **rows, const int8_t *answers,
		   unsigned count, unsigned buckets, double cost, float *weights_r)
{
	struct problem problem = {.l = (int)count, .n = (int)buckets + 1, .bias = 1};
	struct parameter parameter = {.eps = PRECISION, .C = cost};
	struct model *learnt;
	float bias;

	problem.x = xmalloc(count * sizeof(struct feature_node *));
	problem.y = xmalloc(count * sizeof(*problem.y));
	for (unsigned i = 0; i < count; i++) {
		problem.x[i] = rows[i]->node;
		problem.y[i] = answers[i] ? 1 : -1;
	}
	parameter.solver_type = kind == SOLVER_LOGISTIC ? L2R_LR : L2R_L2LOSS_SVC_DUAL;
	if (kind == SOLVER_MARGIN)
		parameter.eps = MARGIN_PRECISION;
	set_print_string_function(say_nothing);
	srand(1);
	learnt = train(&problem, &parameter);
	/* Its first class is that of the first row. */
	for (unsigned i = 0; i < buckets; i++)
		weights_r[i] = (float)(learnt->label[0] == 1 ? learnt->w[i] : -learnt->w[i]);
	bias = (float)(learnt->label[0] == 1 ? learnt->w[buckets] : -learnt->w[buckets]);
	free_and_destroy_model(&learnt);
	xfree(problem.x);
	xfree(problem.y);
	return bias;
}

double solver_score(const struct solver_row *row, const float *weights, float bias)
{
	double sum = bias;

	for (unsigned i = 0; i < row->count; i++)
		sum += (double)weights[row->node[i].index - 1] * row->node[i].value;
	return sum;
}
