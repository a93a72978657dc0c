# What the reader of the reference need not see: the inline namespace, and lines that declare
# comparisons, copies and moves.
s/::inline v[0-9_]+//
/operator(==|<=>)\(.*default|(=|\)) *(default|delete);|operator=\(.*\)( noexcept)?;/s/.*//
s/.*\b([A-Z][A-Za-z0-9]+)\((const )?\1&&?( other)?\)( noexcept)?;.*//
