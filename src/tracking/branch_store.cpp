#include <bitbucket/tracking/branch_store.hpp>

#include <algorithm>
#include <utility>

#include "tracking/database.hpp"
#include "tracking/repositories.hpp"
#include "tracking/text.hpp"

namespace bitbucket::inline v0_1 {
namespace {

std::string branches_of(std::string_view external_id) {
  return "the branches of the repository with the id " + std::string(external_id);
}

}  // namespace

BranchStore::BranchStore(std::shared_ptr<tracking::Database> database)
    : database_(std::move(database)) {}

std::vector<SourceHead> BranchStore::list(std::string_view external_id) const {
  auto heads = database_->read([&](tracking::Session& session) {
    const long long repository = tracking::repository_id_of(session, external_id);
    SourceHead head;
    soci::statement statement =
        (session.sql().prepare << "SELECT ref, head FROM branches WHERE repository_id = :id",
         soci::use(repository), soci::into(head.ref), soci::into(head.commit));
    statement.execute();
    std::vector<SourceHead> all;
    while (statement.fetch()) all.push_back(head);
    return all;
  });
  std::ranges::sort(heads, {}, &SourceHead::ref);  // by bytes, on both products
  return heads;
}

void BranchStore::set(std::string_view external_id, const SourceHead& head) const {
  tracking::check_key(head.ref, "a branch");
  tracking::check_text(head.commit, "a branch");
  if (head.ref.empty() || head.commit.empty())
    throw InvalidArgument("a branch needs a name and a commit; remove() forgets a branch");
  database_->write(branches_of(external_id), [&](tracking::Session& session) {
    const long long repository = tracking::repository_id_of(session, external_id);
    session.sql() << "INSERT INTO branches (repository_id, ref, head) VALUES (:id, :ref, :head)"
                     " ON CONFLICT (repository_id, ref) DO UPDATE SET head = excluded.head",
        soci::use(repository), soci::use(head.ref), soci::use(head.commit);
  });
}

void BranchStore::remove(std::string_view external_id, std::string_view ref) const {
  const std::string name(ref);
  tracking::check_text(name, "a branch");
  database_->write(branches_of(external_id), [&](tracking::Session& session) {
    const long long repository = tracking::repository_id_of(session, external_id);
    session.sql() << "DELETE FROM branches WHERE repository_id = :id AND ref = :ref",
        soci::use(repository), soci::use(name);
  });
}

}  // namespace bitbucket::inline v0_1
