#include "engine/stream_gate.hpp"

namespace bitbucket::inline v0_1::detail {

namespace {

constexpr std::size_t max_held = 256u << 10;  // login pages are smaller

}  // namespace

void StreamGate::begin(const Response& head) {
  held_ = head;
  holds_ = product_.may_be_login_page(head);
  fault_ = product_.find_fault(head, decoded_);
  if (fault_ != BytesFault::none) throw Closed();
}

void StreamGate::take(std::string_view bytes) {
  if (holds_) {
    held_.body += bytes;
    if (held_.body.size() >= max_held) release();
  } else {
    open_ = true;
    sink_(bytes);
  }
}

void StreamGate::end() {
  if (holds_) release();
}

void StreamGate::release() {
  if (product_.holds_login_form(held_.body)) {
    fault_ = BytesFault::login_page;
    throw Closed();
  }
  holds_ = false;
  open_ = true;
  sink_(std::exchange(held_.body, {}));
}

}  // namespace bitbucket::inline v0_1::detail
