#include "limit/transfers.hpp"

#include <sys/epoll.h>
#include <unistd.h>

#include <stdexcept>
#include <utility>

namespace benchmarks::limit {

namespace {
char accept_header[] = "Accept: application/json";
}

void require_success(CURL* easy, CURLcode code) {
  long status = 0;
  curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
  if (code != CURLE_OK) throw std::runtime_error(curl_easy_strerror(code));
  if (status != 200) throw std::runtime_error("status " + std::to_string(status));
}

Transfers::Transfers(const Options& options, std::size_t slots)
    : base_url_(options.base_url),
      ca_file_(options.ca_file),
      signer_(options),
      multi_((curl_global_init(CURL_GLOBAL_DEFAULT), curl_multi_init())),
      epoll_(epoll_create1(EPOLL_CLOEXEC)),
      slots_(slots) {
  curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, &on_socket);
  curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
  curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, &on_timer);
  curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
  curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, static_cast<long>(slots));
  for (Slot& slot : slots_) {
    slot.easy = curl_easy_init();
    slot.headers[0].next = &slot.headers[1];
    slot.headers[1].data = accept_header;
    curl_easy_setopt(slot.easy, CURLOPT_PRIVATE, &slot);
    curl_easy_setopt(slot.easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(slot.easy, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(slot.easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    curl_easy_setopt(slot.easy, CURLOPT_BUFFERSIZE, 256L * 1024);
    curl_easy_setopt(slot.easy, CURLOPT_WRITEFUNCTION, &on_body);
    curl_easy_setopt(slot.easy, CURLOPT_WRITEDATA, &slot);
    if (options.compression) curl_easy_setopt(slot.easy, CURLOPT_ACCEPT_ENCODING, "gzip");
    if (!ca_file_.empty()) curl_easy_setopt(slot.easy, CURLOPT_CAINFO, ca_file_.c_str());
  }
}

Transfers::~Transfers() {
  for (Slot& slot : slots_) {
    if (slot.running) curl_multi_remove_handle(multi_, slot.easy);
    curl_easy_cleanup(slot.easy);
  }
  curl_multi_cleanup(multi_);
  close(epoll_);
}

Target Transfers::target(std::string path) const {
  Target out;
  percent_encode(out.encoded_url, base_url_ + path);
  out.path = std::move(path);
  return out;
}

void Transfers::sign(Slot& slot, const Target& target) {
  signer_.sign(target, slot.header);
  slot.headers[0].data = slot.header.data();
  slot.url.assign(base_url_).append(target.path);
  if (!target.before.empty()) slot.url.append("?").append(target.before);
  if (!target.after.empty()) slot.url.append("&").append(target.after);
}

void Transfers::send(Slot& slot) {
  slot.body.clear();
  slot.running = true;
  curl_easy_setopt(slot.easy, CURLOPT_URL, slot.url.c_str());
  curl_easy_setopt(slot.easy, CURLOPT_HTTPHEADER, slot.headers.data());
  curl_multi_add_handle(multi_, slot.easy);
  drive(CURL_SOCKET_TIMEOUT, 0);  // libcurl has set a timer that is due at once
}

Slot& Transfers::wait() {
  while (answered_.empty()) {
    std::array<epoll_event, 64> events;
    const int count = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()),
                                 static_cast<int>(timeout_ms_));
    if (count == 0) drive(CURL_SOCKET_TIMEOUT, 0);
    for (int i = 0; i < count; ++i) {
      const epoll_event& event = events[static_cast<std::size_t>(i)];
      drive(event.data.fd, (event.events & (EPOLLIN | EPOLLHUP | EPOLLERR) ? CURL_CSELECT_IN : 0) |
                               (event.events & EPOLLOUT ? CURL_CSELECT_OUT : 0));
    }
  }
  Slot& out = *answered_.front();
  answered_.pop_front();
  return out;
}

void Transfers::drive(curl_socket_t socket, int events) {
  int running = 0;
  if (socket == CURL_SOCKET_TIMEOUT) timeout_ms_ = -1;  // it goes off once, unless it is set anew
  curl_multi_socket_action(multi_, socket, events, &running);
  collect();
}

void Transfers::collect() {
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    CURL* const easy = message->easy_handle;
    require_success(easy, message->data.result);
    void* slot = nullptr;
    curl_easy_getinfo(easy, CURLINFO_PRIVATE, &slot);
    curl_multi_remove_handle(multi_, easy);
    static_cast<Slot*>(slot)->running = false;
    answered_.push_back(static_cast<Slot*>(slot));
  }
}

std::size_t Transfers::on_body(char* data, std::size_t, std::size_t size, void* slot) {
  Slot& s = *static_cast<Slot*>(slot);
  if (s.body.text().empty()) {
    curl_off_t length = 0;
    curl_easy_getinfo(s.easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
    if (length > 0) s.body.reserve(static_cast<std::size_t>(length));
  }
  s.body.append(data, size);
  return size;
}

int Transfers::on_socket(CURL*, curl_socket_t socket, int what, void* self, void* known) {
  Transfers& t = *static_cast<Transfers*>(self);
  epoll_event event{};
  event.data.fd = socket;
  event.events = (what & CURL_POLL_IN ? EPOLLIN : 0u) | (what & CURL_POLL_OUT ? EPOLLOUT : 0u);
  if (what == CURL_POLL_REMOVE) {
    epoll_ctl(t.epoll_, EPOLL_CTL_DEL, socket, &event);
  } else {
    epoll_ctl(t.epoll_, known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, socket, &event);
    curl_multi_assign(t.multi_, socket, self);
  }
  return 0;
}

int Transfers::on_timer(CURLM*, long ms, void* self) {
  static_cast<Transfers*>(self)->timeout_ms_ = ms;
  return 0;
}

}  // namespace benchmarks::limit
