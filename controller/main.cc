// The program `rhumb`.
#include "controller/cli/command_table.h"
#include "controller/cli/frame/command_line.h"

int main(int argc, char** argv) { return rhumb::RunProgram(argc, argv, rhumb::AllCommands()); }
