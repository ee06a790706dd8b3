/* The subcommands of the program: argv[0] is the subcommand's name.
 *
 * Each answers what the process exits with: 0 done, 1 failed, 2 wrong use. */
#pragma once

int cmd_serve(int argc, char **argv);
int cmd_check(int argc, char **argv);
int cmd_duplicates(int argc, char **argv);
int cmd_classify(int argc, char **argv);
int cmd_evaluate(int argc, char **argv);
int cmd_export(int argc, char **argv);
int cmd_hospital(int argc, char **argv);
int cmd_places(int argc, char **argv);
int cmd_route(int argc, char **argv);
int cmd_recommend(int argc, char **argv);
int cmd_report(int argc, char **argv);
int cmd_roster(int argc, char **argv);
int cmd_simulate(int argc, char **argv);
int cmd_verify(int argc, char **argv);
int cmd_backup(int argc, char **argv);
int cmd_restore(int argc, char **argv);
int cmd_user(int argc, char **argv);
int cmd_token(int argc, char **argv);
int cmd_train(int argc, char **argv);
int cmd_watch(int argc, char **argv);
