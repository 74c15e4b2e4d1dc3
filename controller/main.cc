// The program `rhumb`: one subcommand a file, listed in one table.
#include <CLI/CLI.hpp>

int main(int argc, char** argv) {
  CLI::App app("Rhumb: neural traffic routing for wide-area networks");
  app.require_subcommand(0);
  CLI11_PARSE(app, argc, argv);
  return 0;
}
