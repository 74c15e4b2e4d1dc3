// The program `rhumb`.
#include "controller/cli/command_line.h"
#include "controller/cli/command_table.h"

int main(int argc, char** argv) { return rhumb::RunProgram(argc, argv, rhumb::AllCommands()); }
