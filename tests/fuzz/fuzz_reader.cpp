#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "json/agreement.hpp"
#include "model/error_entry.hpp"

// Every type of answer from arbitrary bytes: nothing but a DecodeError leaves the Reader, and what
// it makes of JSON is what the reference makes of it.  The first byte chooses the type.

namespace {

using namespace bitbucket;
using bitbucket_test::Agreement;
using bitbucket_test::agreement;

using Check = Agreement (*)(const std::string&);

constexpr Check checks[] = {
    agreement<Repo>,           agreement<Commit>,       agreement<Change>,
    agreement<Hook>,           agreement<Branch>,       agreement<Tag>,
    agreement<Page<Repo>>,     agreement<Page<Commit>>, agreement<Page<Change>>,
    agreement<Page<Hook>>,     agreement<Page<Branch>>, agreement<Page<Tag>>,
    agreement<HookTestResult>,
};

void read_untyped(std::string text) {
  json::read_errors(text);
  try {
    (void)RawJson{text}.parse();
  } catch (const DecodeError&) {
  }
  try {
    std::vector<RawJson> rows;
    JsonCodec<std::vector<RawJson>>::read(text, rows);
  } catch (const DecodeError&) {
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::size_t choice = data[0] % (std::size(checks) + 1);
  if (choice == std::size(checks))
    read_untyped(text);
  else if (checks[choice](text) == Agreement::differ)
    std::abort();
  return 0;
}
