#include <algorithm>
#include <chrono>
#include <limits>
#include <string>
#include <utility>

#include <bitbucket/tracking/commit_store.hpp>

#include "tracking/database.hpp"

namespace bitbucket::inline v0_1 {
namespace {

std::vector<StoredCommit> read_unreleased(tracking::Session& session, const std::string& id,
                                          long long limit) {
  std::string repository, hash, message, email, name;
  long long time = 0, has_files = 0;
  soci::indicator has_message = soci::i_null, has_email = soci::i_null, has_name = soci::i_null;
  soci::statement statement =
      (session.sql().prepare
           << "SELECT repositories.name, commits.hash, commits.message, authors.email, "
              "authors.name, commits.date_added, commits.has_files FROM repositories "
              "JOIN commits ON commits.repository_id = repositories.id "
              "LEFT JOIN authors ON authors.id = commits.author_id "
              "WHERE repositories.external_id = :id AND NOT EXISTS (SELECT 1 FROM release_commits "
              "WHERE release_commits.commit_id = commits.id) "
              "ORDER BY commits.date_added DESC, commits.id DESC LIMIT :most",
       soci::use(id), soci::use(limit), soci::into(repository), soci::into(hash),
       soci::into(message, has_message), soci::into(email, has_email), soci::into(name, has_name),
       soci::into(time), soci::into(has_files));
  statement.execute();
  std::vector<StoredCommit> commits;
  while (statement.fetch()) {
    StoredCommit commit;
    commit.repository = repository;
    commit.id = hash;
    if (has_message == soci::i_ok) commit.message = message;
    commit.timestamp = Timestamp(std::chrono::milliseconds(time));
    commit.has_files = has_files != 0;
    if (has_email == soci::i_ok)
      commit.author = CommitAuthor{has_name == soci::i_ok ? name : std::string(), email};
    commits.push_back(std::move(commit));
  }
  return commits;
}

}  // namespace

std::vector<StoredCommit> CommitStore::unreleased(std::string_view external_id,
                                                  std::size_t limit) const {
  constexpr auto most = static_cast<std::size_t>(std::numeric_limits<long long>::max());
  const std::string id(external_id);
  return database_->read([&](tracking::Session& session) {
    return read_unreleased(session, id, static_cast<long long>(std::min(limit, most)));
  });
}

}  // namespace bitbucket::inline v0_1
