#include "net/workers.h"

#include <pthread.h>
#include <signal.h>
#include <string.h>

#include "base/mailbox.h"
#include "base/xalloc.h"

#define THREADS_MAX 4

struct workers {
	struct mailbox in, out;
	pthread_t threads[THREADS_MAX];
	unsigned count;
	unsigned open; /* given and not done */
};

/* Takes one and leaves the rest to the others. */
static struct work *next(struct mailbox *box)
{
	struct list some, *node;

	list_init(&some);
	if (!mailbox_wait_all(box, &some))
		return NULL;
	node = list_take(&some);
	mailbox_put_all(box, &some);
	return LIST_ITEM(node, struct work, node);
}

static void *run(void *arg)
{
	struct workers *workers = arg;
	struct work *work;

	while ((work = next(&workers->in)) != NULL) {
		work->run(work);
		mailbox_put(&workers->out, &work->node);
	}
	return NULL;
}

static void collect(void *ctx)
{
	struct workers *workers = ctx;
	struct list done, *node;

	list_init(&done);
	(void)mailbox_take_all(&workers->out, &done); /* none: woken for another */
	while ((node = list_take(&done)) != NULL) {
		struct work *work = LIST_ITEM(node, struct work, node);

		workers->open--;
		work->done(work);
	}
}

/* Signals are the loop's. */
static int start_thread(pthread_t *thread_r, struct workers *workers)
{
	sigset_t all, old;
	int rc;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	rc = pthread_create(thread_r, NULL, run, workers);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return rc;
}

int workers_open(struct workers **workers_r, struct loop *loop, unsigned threads,
		 struct err *err)
{
	struct workers *workers = xcalloc(1, sizeof(*workers));
	int rc;

	if (threads > THREADS_MAX)
		panic("more than %d workers", THREADS_MAX);
	mailbox_init(&workers->in, NULL, NULL);
	mailbox_init(&workers->out, loop_wake, loop);
	for (; workers->count < threads; workers->count++) {
		rc = start_thread(&workers->threads[workers->count], workers);
		if (rc != 0) {
			workers_close(&workers);
			return err_set(err, ERR_IO, "no thread: %s", strerror(rc));
		}
	}
	loop_add_poller(loop, collect, workers);
	*workers_r = workers;
	return 0;
}

void workers_give(struct workers *workers, struct work *work)
{
	workers->open++;
	mailbox_put(&workers->in, &work->node);
}

void workers_close(struct workers **workers)
{
	struct workers *mine = *workers;

	*workers = NULL;
	if (mine == NULL)
		return;
	mailbox_close(&mine->in);
	for (unsigned i = 0; i < mine->count; i++)
		pthread_join(mine->threads[i], NULL);
	while (mine->open > 0) {
		struct work *work;

		collect(mine);
		if (mine->open > 0 && (work = next(&mine->in)) != NULL) {
			work->run(work);
			mailbox_put(&mine->out, &work->node);
		}
	}
	mailbox_fini(&mine->in);
	mailbox_fini(&mine->out);
	xfree(mine);
}
