message(FATAL_ERROR "the parent's file was taken")
