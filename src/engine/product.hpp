#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include <bitbucket/api_path.hpp>
#include <bitbucket/transport.hpp>

#include "auth/redact.hpp"
#include "base/repeat.hpp"

namespace bitbucket::inline v0_1::detail {

/// Why a 2xx answer is not the requested bytes.
enum class BytesFault { none, status, encoded, login_page };

/// What the engine must be told about a product: how its errors look, which headers a request needs
/// and how its pages continue.  Stateless, so that any thread may ask.
class Product {
 public:
  virtual ~Product() = default;

  /// Returns the first segment of the paths of its API, which a base URL must not contain.
  [[nodiscard]] virtual std::string_view api_root() const noexcept = 0;
  /// Names the header of an answer that identifies the request in the server's log.
  [[nodiscard]] virtual std::string_view request_id_header() const noexcept = 0;
  /// Adds the headers that a request needs besides Authorization and User-Agent.
  virtual void add_headers(const CallSpec& call, std::vector<Header>& headers) const = 0;

  /// Returns whether an answer is a success for the call; every other answer is an error.
  [[nodiscard]] virtual bool is_answer(const CallSpec& call, const Response& response) const = 0;
  /// Returns what is wrong with the head of an answer of bytes; `decoded` says whether the
  /// transport undoes encodings.
  [[nodiscard]] virtual BytesFault find_fault(const Response& head, bool decoded) const = 0;
  /// Returns whether an answer of bytes may be a login page, by its head.
  [[nodiscard]] virtual bool may_be_login_page(const Response& head) const = 0;
  /// Returns whether a page has a form for a password, or one that leads to such a form.
  [[nodiscard]] virtual bool holds_login_form(std::string_view page) const = 0;
  /// Returns whether the API itself says that the thing does not exist.
  [[nodiscard]] virtual bool says_not_found(const Response& response) const = 0;
  /// Returns whether the server refused a signature because the clocks differ.
  [[nodiscard]] virtual bool refuses_timestamp(const Response& response) const = 0;
  /// Throws the error that an answer means.  The error holds none of `secrets`.
  [[noreturn]] virtual void fail(const CallSpec& call, Response response, Sent sent,
                                 const auth::Redactor& secrets) const = 0;

  /// Adds the parameters that ask for the page at `start` with `limit` rows.
  virtual void ask_for_page(Parameters& query, std::int64_t start, int limit) const = 0;
  /// Finds where the next page begins at the end of a page's text, without reading the page.
  /// Returns nothing when in doubt.
  [[nodiscard]] virtual std::optional<std::int64_t> next_page(std::string_view body) const = 0;
};

}  // namespace bitbucket::inline v0_1::detail
