#include "tracking/bulk_insert.hpp"

#include <cstdint>
#include <memory>
#include <vector>

#include "tracking/c_errors.hpp"

namespace bitbucket::inline v0_1::tracking {
namespace {

constexpr std::size_t buffer_size = 256 * 1024;
/// The header of PostgreSQL's binary format: a signature, flags, and the size of an extension.
constexpr std::string_view binary_head("PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0", 19);
constexpr std::string_view binary_end("\377\377", 2);

std::string insert_statement(Engine engine, const std::string& table, const std::string& columns,
                             std::size_t count) {
  if (engine == Engine::postgresql)
    return "COPY " + table + " (" + columns + ") FROM STDIN (FORMAT binary)";
  std::string places = "?";
  for (std::size_t i = 1; i < count; ++i) places += ", ?";
  return "INSERT INTO " + table + " (" + columns + ") VALUES (" + places + ")";
}

/// Appends a number with its most significant byte first.
template <class Number>
void append_number(std::string& out, Number number) {
  for (int shift = static_cast<int>(sizeof number) * 8 - 8; shift >= 0; shift -= 8)
    out += static_cast<char>(static_cast<std::uint64_t>(number) >> shift);
}

void append_value(std::string& out, const Value& value) {
  if (const auto* const text = std::get_if<std::string_view>(&value)) {
    append_number(out, static_cast<std::int32_t>(text->size()));
    out += *text;
  } else if (const auto* const number = std::get_if<long long>(&value)) {
    append_number(out, static_cast<std::int32_t>(sizeof *number));
    append_bytes(out, *number);
  } else {
    append_number(out, std::int32_t{-1});
  }
}

void expect(Session& session, PGresult* raw, ExecStatusType status) {
  const std::unique_ptr<PGresult, decltype(&PQclear)> result(raw, PQclear);
  if (PQresultStatus(result.get()) != status) throw_postgresql(session, result.get());
}

}  // namespace

BulkInsert::BulkInsert(Session& session, const std::string& table, const std::string& columns,
                       std::size_t count)
    : session_(session), statement_(insert_statement(session.engine(), table, columns, count)) {}

void BulkInsert::add(std::initializer_list<Value> row) {
  if (session_.is_sqlite())
    add_to_sqlite(row);
  else
    add_to_postgresql(row);
}

void BulkInsert::finish(Session& session, std::initializer_list<BulkInsert*> lists) {
  std::vector<BulkInsert*> open;
  for (BulkInsert* const list : lists)
    if (!list->buffer_.empty()) open.push_back(list);
  copy(session, open);
}

void BulkInsert::add_to_sqlite(std::initializer_list<Value> row) {
  if (!prepared_) {
    session_.observe(statement_);
    prepared_ = session_.statements().on_sqlite(statement_);
  }
  int place = 0;
  for (const Value& value : row) check_sqlite(session_, bind_value(prepared_, ++place, value));
  sqlite_api::sqlite3_step(prepared_);
  check_sqlite(session_, sqlite_api::sqlite3_reset(prepared_));
}

void BulkInsert::add_to_postgresql(std::initializer_list<Value> row) {
  if (buffer_.empty()) buffer_ = binary_head;
  append_number(buffer_, static_cast<std::int16_t>(row.size()));
  for (const Value& value : row) append_value(buffer_, value);
  BulkInsert* const list = this;
  if (buffer_.size() >= buffer_size) copy(session_, {&list, 1});
}

/// Copies several lists with one query, so that the server answers once for the end of a list and
/// the beginning of the next one.
void BulkInsert::copy(Session& session, std::span<BulkInsert* const> lists) {
  if (lists.empty()) return;
  std::string query;
  for (const BulkInsert* const list : lists) {
    session.observe(list->statement_);
    query += list->statement_ + ';';
  }
  PGconn* const connection = session.postgresql();
  if (PQsendQuery(connection, query.c_str()) != 1) throw_postgresql(session, nullptr);
  for (BulkInsert* const list : lists) {
    std::string& buffer = list->buffer_;
    expect(session, PQgetResult(connection), PGRES_COPY_IN);
    buffer += binary_end;
    if (PQputCopyData(connection, buffer.data(), static_cast<int>(buffer.size())) != 1 ||
        PQputCopyEnd(connection, nullptr) != 1)
      throw_postgresql(session, nullptr);
    expect(session, PQgetResult(connection), PGRES_COMMAND_OK);
    buffer.clear();
  }
  while (PGresult* const rest = PQgetResult(connection)) PQclear(rest);
}

}  // namespace bitbucket::inline v0_1::tracking
