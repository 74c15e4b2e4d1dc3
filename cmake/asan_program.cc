// What every program of the asan preset is linked with: what the leak sanitizer need not tell of.

// Fonts that were found once are kept until the process ends.
extern "C" const char* __lsan_default_suppressions() { return "leak:libfontconfig.so\n"; }
