#include <stdexcept>
#include <string_view>
#include <unordered_map>

#include <libpq-fe.h>

#include "limit.hpp"

namespace benchmarks {
namespace {

using namespace bitbucket;

/// Rows of COPY in the binary format.
class Rows {
 public:
  explicit Rows(std::string statement) : statement_(std::move(statement)) { begin(); }

  void row(std::int16_t columns) { big_endian(static_cast<std::uint64_t>(columns), 2); }
  void number(std::int64_t value) {
    big_endian(8, 4);
    big_endian(static_cast<std::uint64_t>(value), 8);
  }
  void text(std::string_view value) {
    big_endian(value.size(), 4);
    bytes_ += value;
  }
  void send(PGconn* connection) {
    bytes_ += std::string_view("\377\377", 2);
    PQclear(PQexec(connection, statement_.c_str()));
    if (PQputCopyData(connection, bytes_.data(), static_cast<int>(bytes_.size())) != 1 ||
        PQputCopyEnd(connection, nullptr) != 1)
      throw std::runtime_error(PQerrorMessage(connection));
    while (PGresult* const result = PQgetResult(connection)) {
      const bool good = PQresultStatus(result) == PGRES_COMMAND_OK;
      PQclear(result);
      if (!good) throw std::runtime_error(PQerrorMessage(connection));
    }
    begin();
  }

 private:
  void begin() { bytes_.assign(std::string_view("PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0", 19)); }
  void big_endian(std::uint64_t value, int size) {
    for (int shift = 8 * size - 8; shift >= 0; shift -= 8)
      bytes_ += static_cast<char>(value >> shift);
  }
  std::string statement_, bytes_;
};

class CopyWriter {
 public:
  explicit CopyWriter(PGconn* connection) : connection_(connection) {}

  void execute(const std::string& text) {
    PGresult* const result = PQexec(connection_, text.c_str());
    const bool good = PQresultStatus(result) == PGRES_COMMAND_OK;
    PQclear(result);
    if (!good) throw std::runtime_error(PQerrorMessage(connection_));
  }

  void write_release(const TrackingWork& work, std::int64_t release) {
    constexpr std::int64_t batch = 1000;
    const std::string id = std::to_string(release + 1),
                      first = std::to_string(release * work.commits + 1);
    execute("BEGIN");
    if (release == 0)
      execute(
          "INSERT INTO repositories (id, name, project, slug, url, attached, webhook_secret) "
          "VALUES (1, 'PRJ/demo', '', '', '', 0, '')");
    execute("INSERT INTO releases (id, version, date_added, commit_count, author_count) VALUES (" +
            id + ", '" + std::to_string(release) + "', 0, " + std::to_string(work.commits) +
            ", 0)");
    const CommitInputs next = commits_of(work, release);
    std::int64_t position = 0;
    for (CommitInput commit; next(commit); commit = {}) {
      add(commit, release + 1, release * work.commits + 1 + position, position);
      if (++position % batch == 0) send();
    }
    send();
    execute("UPDATE releases SET last_commit_id = " + first +
            ", author_count = " + std::to_string(authors_.size()) + " WHERE id = " + id);
    execute("INSERT INTO release_heads (release_id, repository_id, commit_id) VALUES (" + id +
            ", 1, " + first + ")");
    execute("COMMIT");
  }

 private:
  void add(const CommitInput& commit, std::int64_t release, std::int64_t id,
           std::int64_t position) {
    const auto [author, is_new] =
        authors_.try_emplace(*commit.author_email, static_cast<std::int64_t>(authors_.size()) + 1);
    if (is_new) {
      new_authors_.row(3);
      new_authors_.number(author->second);
      new_authors_.text(*commit.author_email);
      new_authors_.text(*commit.author_name);
      has_new_authors_ = true;
    }
    commits_.row(7);
    commits_.number(id);
    commits_.number(1);
    commits_.text(commit.id);
    commits_.text(*commit.message);
    commits_.number(author->second);
    commits_.number(commit.timestamp->time_since_epoch().count());
    commits_.number(1);
    for (const FileChange& file : *commit.files) {
      const char type = static_cast<char>(file.type);
      files_.row(3);
      files_.number(id);
      files_.text(file.path);
      files_.text({&type, 1});
    }
    links_.row(3);
    links_.number(release);
    links_.number(id);
    links_.number(position);
    empty_ = false;
  }
  void send() {
    if (empty_) return;
    if (has_new_authors_) new_authors_.send(connection_);
    for (Rows* const rows : {&commits_, &files_, &links_}) rows->send(connection_);
    has_new_authors_ = false;
    empty_ = true;
  }

  PGconn* connection_;
  std::unordered_map<std::string, std::int64_t> authors_;
  bool has_new_authors_ = false, empty_ = true;
  Rows new_authors_{"COPY authors (id, email, name) FROM STDIN (FORMAT binary)"};
  Rows commits_{
      "COPY commits (id, repository_id, hash, message, author_id, date_added, has_files) "
      "FROM STDIN (FORMAT binary)"};
  Rows files_{"COPY file_changes (commit_id, path, type) FROM STDIN (FORMAT binary)"};
  Rows links_{"COPY release_commits (release_id, commit_id, position) FROM STDIN (FORMAT binary)"};
};

}  // namespace

void write_with_libpq(const std::string& address, const TrackingWork& work) {
  PGconn* const connection = PQconnectdb(address.c_str());
  if (PQstatus(connection) != CONNECTION_OK) throw std::runtime_error(PQerrorMessage(connection));
  {
    CopyWriter writer(connection);
    for (std::int64_t release = 0; release < work.releases; ++release)
      writer.write_release(work, release);
  }
  PQfinish(connection);
}

}  // namespace benchmarks
