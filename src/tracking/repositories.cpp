#include "tracking/repositories.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <bitbucket/error.hpp>

#include "tracking/staging.hpp"
#include "tracking/text.hpp"

namespace bitbucket::inline v0_1::tracking {
namespace {

std::string name_of_writer(std::string_view external_id) {
  return "the repository with the id " + std::string(external_id);
}

/// A row of the table; the secret is sealed.
struct RepositoryRow {
  std::string external_id, name, project, slug, url, sealed;
  long long webhook = 0;
  soci::indicator has_webhook = soci::i_null;
};

/// Returns the attached repositories, or only the one with an external id.
std::vector<RepositoryRow> rows_of(Session& session, const std::string* external_id) {
  RepositoryRow row;
  soci::statement statement(session.sql());
  for (std::string* column : {&row.external_id, &row.name, &row.project, &row.slug, &row.url})
    statement.exchange(soci::into(*column));
  statement.exchange(soci::into(row.webhook, row.has_webhook));
  statement.exchange(soci::into(row.sealed));
  if (external_id) statement.exchange(soci::use(*external_id));
  statement.alloc();
  statement.prepare(
      std::string("SELECT external_id, name, project, slug, url, webhook, webhook_secret"
                  " FROM repositories WHERE attached = 1") +
      (external_id ? " AND external_id = :id" : ""));
  statement.define_and_bind();
  statement.execute();
  std::vector<RepositoryRow> rows;
  while (statement.fetch()) rows.push_back(row);
  return rows;
}

class DatabaseRepositoryStore : public RepositoryStore {
 public:
  explicit DatabaseRepositoryStore(std::shared_ptr<Database> database)
      : database_(std::move(database)) {}

  std::optional<AttachedRepository> find(std::string_view external_id) override {
    // A stranger chooses the id when the service takes it from the URL of a request.
    if (!is_key(external_id)) return std::nullopt;
    return database_->read([&](Session& session) { return stored(session, external_id); });
  }

  AttachedRepository add(const AttachedRepository& repository) override {
    RepositoryRow row = row_of(repository);
    return database_->write(name_of_writer(repository.external_id), [&](Session& session) {
      if (auto first = stored(session, repository.external_id)) return *std::move(first);
      session.sql() << "INSERT INTO repositories (external_id, name, project, slug, url, attached,"
                       " webhook, webhook_secret)"
                       " VALUES (:id, :name, :project, :slug, :url, 1, :webhook, :secret)"
                       " ON CONFLICT (external_id) DO UPDATE SET name = excluded.name,"
                       " project = excluded.project, slug = excluded.slug, url = excluded.url,"
                       " attached = 1, webhook = excluded.webhook,"
                       " webhook_secret = excluded.webhook_secret",
          soci::use(row.external_id), soci::use(row.name), soci::use(row.project),
          soci::use(row.slug), soci::use(row.url), soci::use(row.webhook, row.has_webhook),
          soci::use(row.sealed);
      return repository;
    });
  }

  bool replace(const AttachedRepository& expected, const AttachedRepository& now) override {
    if (expected.external_id != now.external_id)
      throw InvalidArgument("a repository keeps its external id: pass two states of the same one");
    RepositoryRow row = row_of(now);
    return database_->write(name_of_writer(now.external_id), [&](Session& session) {
      if (stored(session, expected.external_id) != expected) return false;
      session.sql() << "UPDATE repositories SET name = :name, project = :project, slug = :slug,"
                       " url = :url, webhook = :webhook, webhook_secret = :secret"
                       " WHERE external_id = :id",
          soci::use(row.name), soci::use(row.project), soci::use(row.slug), soci::use(row.url),
          soci::use(row.webhook, row.has_webhook), soci::use(row.sealed),
          soci::use(row.external_id);
      return true;
    });
  }

  bool remove(const AttachedRepository& expected) override {
    check_text(expected.external_id, "the id of a repository");
    return database_->write(name_of_writer(expected.external_id), [&](Session& session) {
      if (stored(session, expected.external_id) != expected) return false;
      session.sql() << "UPDATE repositories SET attached = 0, webhook = NULL, webhook_secret = ''"
                       " WHERE external_id = :id",
          soci::use(expected.external_id);
      return true;
    });
  }

  std::vector<AttachedRepository> list() override {
    auto rows = database_->read([](Session& session) { return rows_of(session, nullptr); });
    std::ranges::sort(rows, {}, &RepositoryRow::external_id);  // by bytes, on both products
    std::vector<AttachedRepository> all;
    all.reserve(rows.size());
    for (RepositoryRow& row : rows) all.push_back(repository_of(std::move(row)));
    return all;
  }

 private:
  [[nodiscard]] std::optional<AttachedRepository> stored(Session& session,
                                                         std::string_view external_id) const {
    const std::string id(external_id);
    auto rows = rows_of(session, &id);
    if (rows.empty()) return std::nullopt;
    return repository_of(std::move(rows.front()));
  }

  [[nodiscard]] AttachedRepository repository_of(RepositoryRow row) const {
    const Sealer& sealer = database_->options().sealer;
    AttachedRepository repository{.external_id = std::move(row.external_id),
                                  .name = std::move(row.name),
                                  .repo = {std::move(row.project), std::move(row.slug)},
                                  .url = std::move(row.url),
                                  .webhook = std::nullopt,
                                  .webhook_secret = sealer.unseal ? sealer.unseal(row.sealed)
                                                                  : Secret(std::move(row.sealed))};
    if (row.has_webhook == soci::i_ok) repository.webhook = HookId{row.webhook};
    return repository;
  }

  [[nodiscard]] RepositoryRow row_of(const AttachedRepository& repository) const {
    const Sealer& sealer = database_->options().sealer;
    RepositoryRow row{.external_id = repository.external_id,
                      .name = repository.name,
                      .project = repository.repo.project,
                      .slug = repository.repo.slug,
                      .url = repository.url,
                      .sealed = sealer.seal ? sealer.seal(repository.webhook_secret)
                                            : std::string(repository.webhook_secret.reveal())};
    if (repository.webhook) {
      row.webhook = repository.webhook->value;
      row.has_webhook = soci::i_ok;
    }
    for (const std::string* key : {&row.external_id, &row.name}) check_key(*key, "a repository");
    for (const std::string* text : {&row.project, &row.slug, &row.url})
      check_text(*text, "a repository");
    check_text(row.sealed, "the sealed secret of a webhook");
    return row;
  }

  const std::shared_ptr<Database> database_;
};

}  // namespace

std::shared_ptr<RepositoryStore> make_repository_store(std::shared_ptr<Database> database) {
  return std::make_shared<DatabaseRepositoryStore>(std::move(database));
}

std::optional<long long> find_repository(Session& session, std::string_view external_id) {
  const std::string key(external_id);
  check_text(key, "the id of a repository");
  long long id = 0;
  session.sql() << "SELECT id FROM repositories WHERE external_id = :id AND attached = 1",
      soci::use(key), soci::into(id);
  if (!session.sql().got_data()) return std::nullopt;
  return id;
}

long long repository_id_of(Session& session, std::string_view external_id) {
  if (const auto id = find_repository(session, external_id)) return *id;
  throw InvalidArgument("no repository with the id " + std::string(external_id) +
                        " is attached; attach it first");
}

std::optional<long long> find_repository_by_name(Session& session, std::string_view name) {
  const std::string key(name);
  check_text(key, "the name of a repository");
  long long id = 0;
  session.sql() << "SELECT id FROM repositories WHERE name = :name" + first_with_name(session),
      soci::use(key), soci::into(id);
  if (!session.sql().got_data()) return std::nullopt;
  return id;
}

std::string first_with_name(const Session& session) {
  return " ORDER BY attached DESC, length(external_id) DESC NULLS LAST, external_id" +
         by_bytes(session) + " DESC, id DESC LIMIT 1";
}

}  // namespace bitbucket::inline v0_1::tracking
