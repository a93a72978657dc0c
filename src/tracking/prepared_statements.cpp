#include "tracking/prepared_statements.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <vector>

#include "tracking/c_errors.hpp"
#include "tracking/session.hpp"

namespace bitbucket::inline v0_1::tracking {
namespace {

using ServerResult = std::unique_ptr<PGresult, decltype(&PQclear)>;

constexpr Oid bigint_type = 20, text_type = 25;

/// The values of a statement as libpq takes them: binary.
struct Parameters {
  explicit Parameters(std::initializer_list<Value> values) {
    std::size_t place = 0;
    for (const Value& value : values) {
      const auto* const text = std::get_if<std::string_view>(&value);
      const auto* const number = std::get_if<long long>(&value);
      types.push_back(text ? text_type : bigint_type);
      if (number) append_bytes(bytes[place], *number);
      if (text) bytes[place] = *text;
      pointers.push_back(text || number ? bytes[place].data() : nullptr);
      sizes.push_back(static_cast<int>(bytes[place].size()));
      formats.push_back(1);
      ++place;
    }
  }
  [[nodiscard]] int count() const noexcept { return static_cast<int>(types.size()); }

  std::map<std::size_t, std::string> bytes;
  std::vector<Oid> types;
  std::vector<const char*> pointers;
  std::vector<int> sizes, formats;
};

bool is_success(const ServerResult& result) {
  const ExecStatusType status = PQresultStatus(result.get());
  return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
}

void expect_success(Session& session, const ServerResult& result) {
  if (!is_success(result)) throw_postgresql(session, result.get());
}

void append_rows(std::vector<Row>& rows, const PGresult* result) {
  const int columns = PQnfields(result);
  for (int place = 0; place < PQntuples(result); ++place) {
    Row& row = rows.emplace_back(static_cast<std::size_t>(columns));
    for (int column = 0; column < columns; ++column)
      if (!PQgetisnull(result, place, column))
        row[static_cast<std::size_t>(column)].emplace(
            PQgetvalue(result, place, column),
            static_cast<std::size_t>(PQgetlength(result, place, column)));
  }
}

Row row_of(sqlite_api::sqlite3_stmt* statement) {
  Row row(static_cast<std::size_t>(sqlite_api::sqlite3_column_count(statement)));
  int column = 0;
  for (auto& value : row) {
    if (const auto* const bytes = sqlite_api::sqlite3_column_text(statement, column))
      value.emplace(reinterpret_cast<const char*>(bytes),
                    static_cast<std::size_t>(sqlite_api::sqlite3_column_bytes(statement, column)));
    ++column;
  }
  return row;
}

}  // namespace

int bind_value(sqlite_api::sqlite3_stmt* statement, int place, const Value& value) noexcept {
  if (const auto* const text = std::get_if<std::string_view>(&value))
    return sqlite_api::sqlite3_bind_text64(statement, place, text->data() ? text->data() : "",
                                           text->size(), SQLITE_STATIC, SQLITE_UTF8);
  if (const auto* const number = std::get_if<long long>(&value))
    return sqlite_api::sqlite3_bind_int64(statement, place, *number);
  return sqlite_api::sqlite3_bind_null(statement, place);
}

void append_bytes(std::string& out, long long number) {
  for (int shift = 56; shift >= 0; shift -= 8)
    out += static_cast<char>(static_cast<std::uint64_t>(number) >> shift);
}

PreparedStatements::~PreparedStatements() {
  for (const auto& [text, statement] : sqlite_) sqlite_api::sqlite3_finalize(statement);
}

PreparedStatements::Result PreparedStatements::run(const std::string& text,
                                                   std::initializer_list<Value> values) {
  session_.observe(text);
  if (session_.is_sqlite()) return run_on_sqlite(text, values);
  send_to_postgresql(text, values);
  return receive();
}

void PreparedStatements::send(const std::string& text, std::initializer_list<Value> values) {
  session_.observe(text);
  if (session_.is_sqlite())
    run_on_sqlite(text, values);
  else
    send_to_postgresql(text, values);
}

sqlite_api::sqlite3_stmt* PreparedStatements::on_sqlite(const std::string& text) {
  const auto found = sqlite_.find(text);
  if (found != sqlite_.end()) return found->second;
  sqlite_api::sqlite3_stmt* statement = nullptr;
  check_sqlite(session_, sqlite_api::sqlite3_prepare_v3(
                             session_.sqlite(), text.c_str(), static_cast<int>(text.size() + 1),
                             SQLITE_PREPARE_PERSISTENT, &statement, nullptr));
  return sqlite_.emplace(text, statement).first->second;
}

PreparedStatements::Result PreparedStatements::run_on_sqlite(const std::string& text,
                                                             std::initializer_list<Value> values) {
  sqlite_api::sqlite3_stmt* const statement = on_sqlite(text);
  int place = 0;
  for (const Value& value : values) check_sqlite(session_, bind_value(statement, ++place, value));
  Result result;
  while (sqlite_api::sqlite3_step(statement) == SQLITE_ROW)
    result.rows.push_back(row_of(statement));
  check_sqlite(session_, sqlite_api::sqlite3_reset(statement));
  result.changed = sqlite_api::sqlite3_changes(session_.sqlite());
  return result;
}

void PreparedStatements::send_to_postgresql(const std::string& text,
                                            std::initializer_list<Value> values) {
  const Parameters parameters(values);
  Plan& plan = postgresql_[text];
  if (plan.runs == plan.renewed_at) {
    prepare_on_postgresql(plan, text, parameters.count(), parameters.types.data());
    plan.renewed_at = std::max(50LL, 2 * plan.runs);
  }
  ++plan.runs;
  PGconn* const connection = session_.connection();
  if ((sent_ == 0 && PQenterPipelineMode(connection) != 1) ||
      PQsendQueryPrepared(connection, plan.name.c_str(), parameters.count(),
                          parameters.pointers.data(), parameters.sizes.data(),
                          parameters.formats.data(), 0) != 1)
    throw_postgresql(session_, nullptr);
  ++sent_;
}

/// Returns the result of the last statement that was sent.
PreparedStatements::Result PreparedStatements::receive() {
  Result out;
  if (sent_ == 0) return out;
  PGconn* const connection = session_.connection();
  ServerResult result(nullptr, PQclear), failed(nullptr, PQclear);
  bool complete = PQpipelineSync(connection) == 1;
  for (; sent_ > 0; --sent_) {
    out = {};
    result.reset(complete ? PQgetResult(connection) : nullptr);
    // libpq keeps the single-row mode of Rows for the first statement of a pipeline.
    while (PQresultStatus(result.get()) == PGRES_SINGLE_TUPLE) {
      append_rows(out.rows, result.get());
      result.reset(PQgetResult(connection));
    }
    append_rows(out.rows, result.get());
    out.changed = std::strtoll(PQcmdTuples(result.get()), nullptr, 10);
    complete = result && PQstatus(connection) == CONNECTION_OK;
    if (!failed && !(complete && is_success(result))) failed = std::move(result);
    if (complete) PQclear(PQgetResult(connection));  // null: the end of the statement
  }
  if (complete) PQclear(PQgetResult(connection));  // the answer to PQpipelineSync()
  complete = complete && PQexitPipelineMode(connection) == 1;
  if (failed || !complete) throw_postgresql(session_, failed.get());
  return out;
}

void PreparedStatements::prepare_on_postgresql(Plan& plan, const std::string& text, int count,
                                               const Oid* types) {
  PGconn* const connection = session_.postgresql();  // not in the pipeline
  if (!plan.name.empty()) {
    const ServerResult gone(PQexec(connection, ("DEALLOCATE " + plan.name).c_str()), PQclear);
    expect_success(session_, gone);
    plan.name.clear();
  }
  const std::string name = "bitbucket_" + std::to_string(++names_);
  const ServerResult result(PQprepare(connection, name.c_str(), text.c_str(), count, types),
                            PQclear);
  expect_success(session_, result);
  plan.name = name;
}

}  // namespace bitbucket::inline v0_1::tracking
