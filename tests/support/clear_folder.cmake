# Empties folders: cmake -DFOLDERS=A;B -P clear_folder.cmake
file(REMOVE_RECURSE ${FOLDERS})
file(MAKE_DIRECTORY ${FOLDERS})
