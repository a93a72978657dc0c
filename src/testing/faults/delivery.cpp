#include "testing/faults/delivery.hpp"

#include <algorithm>
#include <optional>

#include "testing/base/text.hpp"
#include "testing/faults/gzip.hpp"

namespace bitbucket::inline v0_1::testing::embedded {
namespace {

using Place = Fault::Place;

constexpr std::size_t piece_size = 64u << 10;

struct Parts {
  std::string head;  ///< with the empty line
  std::string body;
};

Parts take_apart(const std::string& answer) {
  const auto end = answer.find("\r\n\r\n");
  const std::size_t size = end == std::string::npos ? answer.size() : end + 4;
  return {answer.substr(0, size), answer.substr(size)};
}

/// Returns the head without the headers of this name.
std::string without(const std::string& head, std::string_view name) {
  std::string out;
  for (std::size_t at = 0; at < head.size();) {
    const std::size_t end = head.find("\r\n", at) + 2;
    const std::string_view line = std::string_view(head).substr(at, end - at);
    if (!equals_ignoring_case(line.substr(0, line.find(':')), name)) out += line;
    at = end;
  }
  return out;
}

std::string with(std::string head, const std::string& header) {
  head.insert(head.size() - 2, header + "\r\n");
  return head;
}

std::string with_length(const Parts& parts, const std::string& length) {
  return with(without(parts.head, "Content-Length"), "Content-Length: " + length);
}

std::string length_plus(const Parts& parts, std::int64_t off) {
  return std::to_string(
      std::max<std::int64_t>(0, static_cast<std::int64_t>(parts.body.size()) + off));
}

/// Returns what is sent before a place.
std::string until(const Parts& parts, Place place) {
  switch (place) {
    case Place::before:
      return {};
    case Place::head:
      return parts.head.substr(0, parts.head.size() / 2);
    case Place::after_head:
      return parts.head;
    case Place::body:
      return parts.head + parts.body.substr(0, (parts.body.size() + 1) / 2);
    case Place::after:
      break;
  }
  return parts.head + parts.body;
}

/// Returns the head of an answer that pretends to be a part.
std::string as_part(const Parts& parts) {
  return with("HTTP/1.1 206 Partial Content" + parts.head.substr(parts.head.find("\r\n")),
              "Content-Range: bytes 0-" + length_plus(parts, -1) + '/' + length_plus(parts, 1));
}

bool late(RawConnection& connection, const Fault& fault, const std::string& answer) {
  return connection.send(answer) && !connection.wait_until_gone(fault.interval) &&
         connection.send(fault.text);
}

bool drip(RawConnection& connection, const Fault& fault, const std::string& answer) {
  const auto size = static_cast<std::size_t>(std::max<std::int64_t>(1, fault.amount));
  for (std::size_t at = 0; at < answer.size(); at += size) {
    if (at > 0 && connection.wait_until_gone(fault.interval)) return false;
    if (!connection.send(std::string_view(answer).substr(at, size))) return false;
  }
  return true;
}

bool interim(RawConnection& connection, const Fault& fault) {
  const std::string one = "HTTP/1.1 " + fault.text + " Interim\r\n\r\n";
  std::string piece;
  for (std::int64_t i = 0; i < fault.amount; ++i) {
    piece += one;
    if (piece.size() < piece_size) continue;
    if (!connection.send(piece)) return false;
    piece.clear();
  }
  return connection.send(piece);
}

void endless_headers(RawConnection& connection, const Parts& parts) {
  bool open = connection.send(parts.head.substr(0, parts.head.size() - 2));
  for (std::uint64_t i = 0; open; ++i) {
    open =
        connection.send("X-Endless-" + std::to_string(i) + ": " + std::string(1000, 'x') + "\r\n");
  }
}

void endless_body(RawConnection& connection, const Parts& parts) {
  bool open =
      connection.send(with(without(parts.head, "Content-Length"), "Transfer-Encoding: chunked"));
  const std::string chunk = "10000\r\n" + std::string(0x10000, ' ') + "\r\n";
  while (open) open = connection.send(chunk);
}

bool stop_at(RawConnection& connection, const Fault& fault, const Parts& parts) {
  const bool sent = connection.send(until(parts, fault.place));
  if (fault.wire == Fault::Wire::reset) {
    connection.reset_on_close();
  } else if (sent) {
    connection.wait_until_gone(RawConnection::for_ever);
  }
  return false;
}

/// What is sent at once instead of the answer, and whether the connection stays open then.
struct Altered {
  std::string text;
  bool open = true;
};

Altered packed(const Parts& parts) {
  if (parts.body.empty()) return {parts.head};
  const Parts out{with(parts.head, "Content-Encoding: gzip"), gzip(parts.body)};
  return {with_length(out, length_plus(out, 0)) + out.body};
}

/// Answers that are wrong about their end.
std::optional<Altered> misframed(const Fault& fault, const Parts& parts) {
  const std::string honest = length_plus(parts, 0);
  switch (fault.wire) {
    case Fault::Wire::length_off:
      return Altered{with_length(parts, length_plus(parts, fault.amount)) + parts.body,
                     fault.amount <= 0};
    case Fault::Wire::length_text:
      return Altered{with_length(parts, fault.text) + parts.body, false};
    case Fault::Wire::two_lengths:
      return Altered{
          with(with_length(parts, honest), "Content-Length: " + length_plus(parts, fault.amount)) +
              parts.body,
          fault.amount <= 0};
    case Fault::Wire::coding:
      return Altered{with(with_length(parts, honest), "Transfer-Encoding: " + fault.text) +
                         parts.body.substr(0, parts.body.size() / 2),
                     false};
    case Fault::Wire::no_length:
      return Altered{without(parts.head, "Content-Length") + parts.body, false};
    default:
      return std::nullopt;
  }
}

/// All others that need no more than other bytes.
std::optional<Altered> altered(const Fault& fault, const Parts& parts) {
  const auto amount = static_cast<std::size_t>(std::max<std::int64_t>(0, fault.amount));
  switch (fault.wire) {
    case Fault::Wire::untouched:
      return Altered{parts.head + parts.body};
    case Fault::Wire::gzip:
      return packed(parts);
    case Fault::Wire::cut_head:
      return Altered{parts.head.substr(0, amount), false};
    case Fault::Wire::cut:
      return Altered{parts.head + parts.body.substr(0, amount), false};
    case Fault::Wire::part:
      return Altered{as_part(parts) + parts.body};
    case Fault::Wire::overlong:
      return Altered{parts.head + parts.body + fault.text};
    case Fault::Wire::status_line:
      return Altered{fault.text + parts.head.substr(parts.head.find("\r\n")) + parts.body, false};
    default:
      return misframed(fault, parts);
  }
}

}  // namespace

bool deliver(RawConnection& connection, const Fault& fault, const std::string& answer) {
  const Parts parts = take_apart(answer);
  if (const auto out = altered(fault, parts)) return connection.send(out->text) && out->open;
  switch (fault.wire) {
    case Fault::Wire::late:
      return late(connection, fault, answer);
    case Fault::Wire::drip:
      return drip(connection, fault, answer);
    case Fault::Wire::interim:
      return interim(connection, fault) && connection.send(answer);
    case Fault::Wire::endless_headers:
      endless_headers(connection, parts);
      return false;
    case Fault::Wire::endless_body:
      endless_body(connection, parts);
      return false;
    default:
      return stop_at(connection, fault, parts);
  }
}

bool shows_status(const Fault& fault) {
  const bool stopped = fault.wire == Fault::Wire::reset || fault.wire == Fault::Wire::stall;
  return fault.wire != Fault::Wire::status_line && !(stopped && fault.place == Place::before);
}

}  // namespace bitbucket::inline v0_1::testing::embedded
