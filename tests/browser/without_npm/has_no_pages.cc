// Succeeds in a program without pages.
#include "controller/web/pages.h"

int main() { return rhumb::ReportPage().empty() && rhumb::LiveFiles().empty() ? 0 : 1; }
