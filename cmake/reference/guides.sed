# Prepares the guides for doxygen 1.9, which needs a name for each heading, links to headings without
# the name of a file and without code in their text, and no links to folders.  Does not change code.
/^```/,/^```$/b
/^##/{
  h
  s/^#+ //
  s/[^A-Za-z0-9_ -]//g
  s/ /-/g
  s/.*/\L&/
  G
  s/^(.*)\n(.*)$/\2 {#\1}/
}
s/\]\([a-z-]+\.md#/](#/g
s/\[([^]]+)\]\((\.\.\/examples|decisions)\)/`\1`/g
s/\[`([^`]+)`\]\(#/[\1](#/g
