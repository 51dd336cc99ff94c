#include <iostream>

#include "server/app/cli.h"

int main(int argc, char** argv) {
  return huiyin::run_command_line(argc, argv, std::cout, std::cerr);
}
