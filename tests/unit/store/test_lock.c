#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "store/lock.h"

static void a_second_daemon_is_refused_and_told_who_has_it(void **state)
{
	char dir[] = "/tmp/tangi-lock-XXXXXX", path[64], pid[16];
	int first, second = -1;
	struct err err = {0};

	(void)state;
	assert_non_null(mkdtemp(dir));
	assert_int_equal(folder_lock(dir, &first, &err), 0);
	assert_int_equal(folder_lock(dir, &second, &err), -1);
	assert_int_equal(err.kind, ERR_CONFLICT);
	snprintf(pid, sizeof(pid), "%ld", (long)getpid());
	assert_non_null(strstr(err.text, pid));
	assert_int_equal(second, -1);
	folder_unlock(&first);
	assert_int_equal(folder_lock(dir, &second, &err), 0);
	folder_unlock(&second);
	snprintf(path, sizeof(path), "%s/lock", dir);
	(void)unlink(path);
	(void)rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_second_daemon_is_refused_and_told_who_has_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
