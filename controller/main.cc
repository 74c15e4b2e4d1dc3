// The program `rhumb`: one subcommand a file, listed in one table.
#include <iostream>

#include "controller/command_line.h"

int main(int argc, char** argv) {
  const std::vector<rhumb::Command> commands = {};
  return rhumb::RunProgram(argc, argv, commands);
}
