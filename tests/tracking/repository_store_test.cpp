#include <algorithm>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "integration/sealers.hpp"
#include "tracking/databases.hpp"

namespace bitbucket::test {
namespace {

AttachedRepository repository(const std::string& external_id) {
  AttachedRepository made;
  made.external_id = external_id;
  return made;
}

class DatabaseRepositoryStoreTest : public StoreTest {
 protected:
  AttachedRepository demo_{.external_id = "10",
                           .name = "PRJ/demo",
                           .repo = {"PRJ", "demo"},
                           .url = "https://git.example.com/projects/PRJ/repos/demo",
                           .webhook = HookId{7},
                           .webhook_secret = "hidden"};
};
INSTANTIATE_TEST_SUITE_P(Products, DatabaseRepositoryStoreTest, both_products(), name_of);

TEST_P(DatabaseRepositoryStoreTest, KeepsTheFirstOfEachExternalId) {
  const auto store = open();
  AttachedRepository second = demo_;
  second.webhook = HookId{8};
  EXPECT_EQ(store->repositories->add(demo_), demo_);
  EXPECT_EQ(store->repositories->add(second), demo_);
  EXPECT_EQ(open()->repositories->find("10"), demo_);
  EXPECT_EQ(store->repositories->find("1"), std::nullopt);
}

TEST_P(DatabaseRepositoryStoreTest, ListsByTheBytesOfTheExternalId) {
  const auto store = open();
  std::vector<std::string> ids = {"b", "10", "B", "9", "\xc3\xa4", "a-b", "ab"};
  for (const std::string& id : ids) store->repositories->add(repository(id));
  std::ranges::sort(ids);
  std::vector<std::string> listed;
  for (const AttachedRepository& each : store->repositories->list())
    listed.push_back(each.external_id);
  EXPECT_EQ(listed, ids);
}

TEST_P(DatabaseRepositoryStoreTest, ReplacesExactlyWhatIsExpected) {
  const auto store = open();
  store->repositories->add(demo_);
  AttachedRepository moved = demo_, other = demo_;
  moved.repo.project = "NEW";
  moved.webhook.reset();
  other.webhook_secret = "other";
  EXPECT_FALSE(store->repositories->replace(other, moved));
  EXPECT_TRUE(store->repositories->replace(demo_, moved));
  EXPECT_FALSE(store->repositories->replace(demo_, other));
  EXPECT_EQ(store->repositories->find("10"), moved);
  moved.external_id = "11";
  EXPECT_THROW(store->repositories->replace(demo_, moved), InvalidArgument);
}

TEST_P(DatabaseRepositoryStoreTest, ForgetsTheSecretOfARemovedRepositoryButKeepsItsRow) {
  const auto store = open();
  store->repositories->add(demo_);
  AttachedRepository other = demo_;
  other.url = "";
  EXPECT_FALSE(store->repositories->remove(other));
  EXPECT_TRUE(store->repositories->remove(demo_));
  EXPECT_FALSE(store->repositories->remove(demo_));
  EXPECT_EQ(store->repositories->find("10"), std::nullopt);
  EXPECT_TRUE(store->repositories->list().empty());
  EXPECT_EQ(database_.query("SELECT id, webhook, webhook_secret, attached FROM repositories"),
            "1|-||0\n");
  EXPECT_EQ(store->repositories->add(other), other);
  EXPECT_EQ(database_.query("SELECT id, attached FROM repositories"), "1|1\n");
}

TEST_P(DatabaseRepositoryStoreTest, SealsSecrets) {
  const auto store = open({.sealer = sealers::careful()});
  store->repositories->add(demo_);
  const std::string sealed = database_.query("SELECT webhook_secret FROM repositories");
  EXPECT_EQ(sealed.find("hidden"), std::string::npos);
  AttachedRepository renamed = demo_;
  renamed.name = "PRJ/renamed";
  EXPECT_TRUE(store->repositories->replace(demo_, renamed)) << "sealing again gives another text";
  EXPECT_EQ(open({.sealer = sealers::careful()})->repositories->find("10"), renamed);
}

TEST_P(DatabaseRepositoryStoreTest, PassesOnWhatASealerThrows) {
  open({.sealer = sealers::careful('1')})->repositories->add(demo_);
  const auto store = open({.sealer = sealers::careful('2'), .connections = 1});
  EXPECT_THROW(store->repositories->find("10"), std::runtime_error);
  EXPECT_THROW(store->repositories->replace(demo_, demo_), std::runtime_error);
  EXPECT_EQ(store->repositories->find("11"), std::nullopt) << "the store can still be used";
}

TEST_P(DatabaseRepositoryStoreTest, RefusesTextThatADatabaseCannotStore) {
  const auto store = open();
  using namespace std::string_literals;
  for (const std::string& text :
       {"a\0b"s, "\xff"s, "\xed\xa0\x80"s, "\xc0\xaf"s, "\xf0\x9f\x98"s}) {
    AttachedRepository repository = demo_;
    repository.name = text;
    EXPECT_THROW(store->repositories->add(repository), InvalidArgument);
    EXPECT_THROW(store->branches.set("10", {text, "a"}), InvalidArgument);
  }
  EXPECT_EQ(database_.query("SELECT count(*) FROM repositories"), "0\n");
  AttachedRepository emoji = demo_;
  emoji.name = "\xf0\x9f\x98\x80 \xed\x9f\xbf \xe2\x82\xac \xc3\xa9";
  EXPECT_EQ(store->repositories->add(emoji).name, emoji.name);
  EXPECT_EQ(database_.query("SELECT name FROM repositories"), emoji.name + "\n");
}

TEST_P(DatabaseRepositoryStoreTest, FindsNothingForAnIdThatCannotBeStored) {
  const auto store = open();
  using namespace std::string_literals;
  store->repositories->add(demo_);
  for (const std::string& id : {"10\0"s, "\xff"s, std::string(std::size_t{1} << 20, '1')})
    EXPECT_EQ(store->repositories->find(id), std::nullopt);
}

TEST_P(DatabaseRepositoryStoreTest, GivesEveryoneTheFirstOfManyAtOnce) {
  const auto one = open(), other = open();
  std::vector<AttachedRepository> got(8);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < got.size(); ++i)
    threads.emplace_back([&, i] {
      AttachedRepository mine = demo_;
      mine.webhook = HookId{static_cast<std::int64_t>(i)};
      got[i] = (i % 2 ? one : other)->repositories->add(mine);
    });
  for (std::thread& thread : threads) thread.join();
  for (const AttachedRepository& each : got) EXPECT_EQ(each, got.front());
  EXPECT_EQ(one->repositories->list(), std::vector{got.front()});
}

class BranchStoreTest : public StoreTest {};
INSTANTIATE_TEST_SUITE_P(Products, BranchStoreTest, both_products(), name_of);

TEST_P(BranchStoreTest, KeepsWhatEachBranchPointsTo) {
  const auto store = open();
  store->repositories->add(repository("1"));
  store->repositories->add(repository("2"));
  const std::string a(40, 'a'), b(40, 'b');
  store->branches.set("1", {"refs/heads/main", a});
  store->branches.set("1", {"refs/heads/B", a});
  store->branches.set("2", {"refs/heads/main", a});
  store->branches.set("1", {"refs/heads/main", b});
  EXPECT_EQ(store->branches.list("1"),
            (std::vector<SourceHead>{{"refs/heads/B", a}, {"refs/heads/main", b}}));
  store->branches.remove("1", "refs/heads/main");
  store->branches.remove("1", "refs/heads/main");
  EXPECT_EQ(store->branches.list("1"), (std::vector<SourceHead>{{"refs/heads/B", a}}));
  EXPECT_EQ(store->branches.list("2"), (std::vector<SourceHead>{{"refs/heads/main", a}}));
}

TEST_P(BranchStoreTest, RefusesARepositoryThatIsNotAttached) {
  const auto store = open();
  EXPECT_THROW(store->branches.list("1"), InvalidArgument);
  EXPECT_THROW(store->branches.set("1", {"refs/heads/main", std::string(40, 'a')}),
               InvalidArgument);
  EXPECT_THROW(store->branches.remove("1", "refs/heads/main"), InvalidArgument);
  store->repositories->add(repository("1"));
  EXPECT_THROW(store->branches.set("1", {"", "a"}), InvalidArgument);
  EXPECT_THROW(store->branches.set("1", {"refs/heads/main", ""}), InvalidArgument);
}

}  // namespace
}  // namespace bitbucket::test
