# Writes the commit of the checkout ROOT as a C string to OUT, "+" behind it when there are changes; only when it differs.
set(commit unknown)
find_program(git git)
if(git)
  execute_process(COMMAND ${git} -C ${ROOT} describe --always --abbrev=12 --exclude=* --dirty=+
                  OUTPUT_VARIABLE found OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE failed)
  if(NOT failed AND found MATCHES "^[0-9a-f]+[+]?$")
    set(commit ${found})
  endif()
endif()
file(WRITE ${OUT}.new "\"${commit}\"\n")
execute_process(COMMAND ${CMAKE_COMMAND} -E copy_if_different ${OUT}.new ${OUT})
