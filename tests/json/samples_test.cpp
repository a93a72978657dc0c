#include "samples.hpp"

#include <cxxabi.h>

#include <cstdlib>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <type_traits>
#include <typeinfo>
#include <vector>

#include <bitbucket/api/table.hpp>
#include <bitbucket/model/event.hpp>
#include <bitbucket/server.hpp>

#include "json/writer.hpp"
#include "support.hpp"

// Every type and its sample: the list of members has all that the sample has, and nothing else.

namespace {

using namespace bitbucket;
namespace test = bitbucket_test;
using nlohmann::json;
using test::decode;
using test::sample;

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

/// Returns the name of a type without its namespace.
template <class T>
std::string name_of() {
  const std::unique_ptr<char, decltype(&std::free)> name(
      abi::__cxa_demangle(typeid(T).name(), nullptr, nullptr, nullptr), &std::free);
  const std::string text = name.get();
  return text.substr(text.rfind(':') + 1);
}

class SamplesTest : public ::testing::Test {
 protected:
  template <class T>
  void check() {
    const std::string name = name_of<T>();
    if (!checked_.insert(name).second) return;
    SCOPED_TRACE(name);
    const T value = decode<T>(sample(name).dump());
    EXPECT_EQ(at_default(all_members(value), all_members(T{}), ""), std::vector<std::string>{});
    EXPECT_EQ(json::parse(JsonCodec<T>::write(value)), json(sample(name)));
    EXPECT_EQ(decode<T>(JsonCodec<T>::write(value)), value);
  }

  /// Checks the type of an answer, unless it has no members to check.
  template <class A>
  void check_answer(std::type_identity<A>) {
    if constexpr (detail::kind_of<A> == AnswerKind::value && !std::is_same_v<A, RawJson> &&
                  !std::is_same_v<A, std::string>)
      check<A>();
  }
  template <class A>
  void check_answer(std::type_identity<PageOf<A>>) {
    check_answer(std::type_identity<A>());
  }
  template <class A>
  void check_answer(std::type_identity<std::vector<A>>) {
    check_answer(std::type_identity<A>());
  }
  template <class A>
  void check_answer(std::type_identity<std::optional<A>>) {
    check_answer(std::type_identity<A>());
  }

  template <class P>
  void check_parameter(std::type_identity<P>) {}
  template <class B>
  void check_parameter(std::type_identity<Body<B>>) {
    check_answer(std::type_identity<B>());
  }

  template <Method M, class A, class... P>
  void check_types_of(const ApiPath<M, A, P...>&) {
    check_answer(std::type_identity<A>());
    (check_parameter(std::type_identity<P>()), ...);
  }

  std::set<std::string> checked_;
};

TEST_F(SamplesTest, AreReadCompletelyAndWrittenBack) {
  api::for_each_operation([this](std::string_view, const auto& row) { check_types_of(row); });
  // The types that are only members of others.
  check<MinimalCommit>();
  check<Person>();
  check<Project>();
  check<User>();
  // What webhooks tell.
  check<Comment>();
  check<CommitCommented>();
  check<MinimalRef>();
  check<MirrorRepoSynchronized>();
  check<MirrorServer>();
  check<ProjectModified>();
  check<RefChange>();
  check<RefsChanged>();
  check<RepoForked>();
  check<RepoModified>();
  check<SecretDetected>();

  std::set<std::string> kept;
  for (const auto& [name, document] : test::samples()) kept.insert(name);
  EXPECT_EQ(checked_, kept) << "a sample that no test reads";
}

}  // namespace
