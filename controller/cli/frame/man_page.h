// Manual pages, from the same description as help.
#ifndef RHUMB_CONTROLLER_CLI_FRAME_MAN_PAGE_H_
#define RHUMB_CONTROLLER_CLI_FRAME_MAN_PAGE_H_

#include <string>

#include "controller/cli/frame/command_page.h"

namespace rhumb {

// "rhumb-topo-describe.1" of the page of `rhumb topo describe`.
std::string ManFileName(const CommandPage& page);

// The page in roff with the macros of man(7), section 1. `version` is shown at its foot. It bears
// no date: equal programs give equal pages.
std::string ManPage(const CommandPage& page, const std::string& version);

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_CLI_FRAME_MAN_PAGE_H_
