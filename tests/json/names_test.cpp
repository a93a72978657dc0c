#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include <bitbucket/transport.hpp>

#include "support.hpp"

namespace {

using namespace bitbucket;
using bitbucket_test::decode;

/// Reads every text as E and gives it back; the texts of enumerators that are known.
template <class E>
std::vector<std::string_view> known(const std::vector<std::string_view>& texts) {
  std::vector<std::string_view> result;
  for (const std::string_view text : texts) {
    const Open<E> value(text);
    EXPECT_EQ(value.text(), text);
    if (value.value() != E::unknown) result.push_back(text);
  }
  EXPECT_EQ(enum_words(E{}).size(), result.size()) << "the list in the test is not complete";
  return result;
}

TEST(NamesTest, KnowsWhatTheDocumentationLists) {
  using All = std::vector<std::string_view>;
  const All users{"NORMAL", "SERVICE"};
  const All projects{"NORMAL", "PERSONAL"};
  const All repos{"AVAILABLE", "INITIALISING", "INITIALISATION_FAILED", "OFFLINE"};
  const All refs{"BRANCH", "TAG"};
  const All changes{"ADD", "COPY", "DELETE", "MODIFY", "MOVE"};
  const All nodes{"FILE", "DIRECTORY", "SUBMODULE"};
  EXPECT_EQ(known<UserType>(users), users);
  EXPECT_EQ(known<ProjectType>(projects), projects);
  EXPECT_EQ(known<RepoState>(repos), repos);
  EXPECT_EQ(known<RefType>(refs), refs);
  EXPECT_EQ(known<ChangeType>(changes), changes);
  EXPECT_EQ(known<NodeType>(nodes), nodes);
}

TEST(NamesTest, KeepsTextThatIsNotKnown) {
  const auto change =
      decode<Change>(R"({"path":"a","type":"UNKNOWN","nodeType":"SYMLINK","srcNodeType":"FILE"})");
  EXPECT_EQ(change.type, ChangeType::unknown);
  EXPECT_EQ(change.type.text(), "UNKNOWN");
  EXPECT_EQ(change.node_type, NodeType::unknown);
  EXPECT_EQ(change.node_type.text(), "SYMLINK");
  EXPECT_EQ(change.src_node_type->value(), NodeType::file);
  EXPECT_EQ(decode<Change>(R"({"path":"a"})").type.text(), "");
}

template <class T>
std::string printed(const T& value) {
  std::ostringstream out;
  out << value;
  return out.str();
}

TEST(NamesTest, CanBePrinted) {
  EXPECT_EQ(printed(ChangeType::del), "DELETE");
  EXPECT_EQ(printed(NodeType::unknown), "unknown");
  EXPECT_EQ(printed(Open<RepoState>(RepoState::initialising)), "INITIALISING");
  EXPECT_EQ(printed(Open<RepoState>("MOTHBALLED")), "MOTHBALLED");
  EXPECT_EQ(printed(Open<RepoState>()), "unknown");
  EXPECT_EQ(printed(Method::del), "DELETE");
  EXPECT_EQ(printed(TransportError::Kind::proxy_refused), "proxy_refused");
}

TEST(NamesTest, TellWhereATransferBroke) {
  using Kind = TransportError::Kind;
  std::set<std::string_view> texts;
  for (int kind = 0; kind <= static_cast<int>(Kind::other); ++kind)
    texts.insert(to_string(static_cast<Kind>(kind)));
  EXPECT_EQ(texts.size(), static_cast<std::size_t>(Kind::other) + 1);
}

}  // namespace
