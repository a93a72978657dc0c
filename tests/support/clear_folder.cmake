# Leaves an empty folder: cmake -DFOLDER=... -P clear_folder.cmake
file(REMOVE_RECURSE "${FOLDER}")
file(MAKE_DIRECTORY "${FOLDER}")
