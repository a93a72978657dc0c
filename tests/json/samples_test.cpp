#include "samples.hpp"

#include <algorithm>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "json/writer.hpp"
#include "support.hpp"

// Every type and its sample: the list of members has all that the sample has, and nothing else.

namespace {

using namespace bitbucket;
using bitbucket_test::decode;
using bitbucket_test::sample;
using nlohmann::json;

/// Returns a value as its list of members sees it, with null for what is absent.
template <class T>
json all_members(const T& value) {
  bitbucket::json::Writer writer(bitbucket::json::Writer::Absent::null);
  detail::codec_of<T>().write_member(writer, value);
  return json::parse(writer.take());
}

/// Returns which members have their default.
std::vector<std::string> at_default(const json& value, const json& fresh, const std::string& at) {
  if (!value.is_object() || !fresh.is_object() || fresh.empty())
    return value == fresh || value.is_null() ? std::vector{at} : std::vector<std::string>{};
  std::vector<std::string> found;
  for (const auto& [name, member] : value.items()) {
    const json none;
    const json& default_one = fresh.contains(name) ? fresh[name] : none;
    for (const std::string& place : at_default(member, default_one, at + '/' + name))
      found.push_back(place);
  }
  return found;
}

class SamplesTest : public ::testing::Test {
 protected:
  template <class T>
  void check(const std::string& name) {
    SCOPED_TRACE(name);
    checked_.insert(name);
    const T value = decode<T>(sample(name).dump());
    EXPECT_EQ(at_default(all_members(value), all_members(T{}), ""), std::vector<std::string>{});
    EXPECT_EQ(json::parse(JsonCodec<T>::write(value)), json(sample(name)));
    EXPECT_EQ(decode<T>(JsonCodec<T>::write(value)), value);
  }

  std::set<std::string> checked_;
};

TEST_F(SamplesTest, AreReadWholeAndWrittenBack) {
  check<ApplicationProperties>("application_properties");
  check<Branch>("branch");
  check<Change>("change");
  check<Commit>("commit");
  check<Hook>("hook");
  check<HookTestResult>("hook_test_result");
  check<MinimalCommit>("minimal_commit");
  check<NewHook>("new_hook");
  check<Person>("person");
  check<Project>("project");
  check<Repo>("repo");
  check<Tag>("tag");
  check<User>("user");

  std::set<std::string> files;
  for (const auto& file : std::filesystem::directory_iterator(BITBUCKET_SOURCE_DIR "/tests/data"))
    files.insert(file.path().stem().string());
  EXPECT_EQ(checked_, files) << "a sample that no test reads";
}

}  // namespace
