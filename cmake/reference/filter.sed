# Hides what a reader of the reference does not need: the inline namespace, the base of the families
# of operations, and lines that declare comparisons, copies and moves.
s/::inline v[0-9_]+//
/operator(==|<=>)\(.*default|(=|\)) *(default|delete);|operator=\(.*\)( noexcept)?;/s/.*//
s/.*\b([A-Z][A-Za-z0-9]+)\((const )?\1&&?( other)?\)( noexcept)?;.*//
s/ : public Family \{/ {/
s/^ *(using Family::Family|friend class BitbucketServer);//
# A row of the table is documented by its path.
s/^inline constexpr .*\{"(\/[^"]*)".*$/\/** The row of `\1`. *\/ &/
# What connects a type of the library with its codec, and the hashes of ids.
s/^BITBUCKET_EXPORT .*\b(model_codec|enum_words|append_query)\(.*\);$//
/^BITBUCKET_EXPORT .*\bmodel_codec\($/{N;s/.*/\n/}
/^\/\/\/ Hashes /,/^};$/s/.*//
