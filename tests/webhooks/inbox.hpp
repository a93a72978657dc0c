#pragma once

#include <gtest/gtest.h>

#include <mutex>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <bitbucket/testing/git_server.hpp>
#include <bitbucket/webhooks.hpp>

#include "testing/server_fixture.hpp"

namespace webhook_test {

/// A service that receives what an embedded server delivers over HTTP.
class Inbox {
 public:
  explicit Inbox(bitbucket::WebhookSecrets secrets) : receiver_({.secrets = std::move(secrets)}) {}

  [[nodiscard]] std::string url() const { return endpoint_.url(); }
  [[nodiscard]] std::string last_body() const { return endpoint_.deliveries().back().body; }

  /// Returns the replies to what was delivered since the last call.
  std::vector<bitbucket::WebhookReply> replies(bitbucket::testing::GitServer& server) {
    EXPECT_TRUE(server.wait_for_deliveries());
    const std::scoped_lock lock(mutex_);
    return std::exchange(replies_, {});
  }
  /// Returns the only event that was delivered since the last call.
  template <class Event>
  Event event(bitbucket::testing::GitServer& server) {
    const std::vector<bitbucket::WebhookReply> all = replies(server);
    if (all.size() != 1 || !all[0].event)
      throw std::runtime_error(std::to_string(all.size()) + " deliveries" +
                               (all.empty() ? "" : ": " + all[0].text));
    EXPECT_EQ(all[0].status, 204);
    EXPECT_EQ(all[0].event->request_id.size(), 36u) << "a UUID";
    return std::get<Event>(all[0].event->payload);
  }

 private:
  int receive(const server_test::Receiver::Delivery& delivery) {
    bitbucket::WebhookReply reply = receiver_.receive({.method = "POST",
                                                       .url = delivery.target,
                                                       .headers = delivery.headers,
                                                       .body = delivery.body});
    const std::scoped_lock lock(mutex_);
    replies_.push_back(reply);
    return reply.status;
  }

  const bitbucket::WebhookReceiver receiver_;
  std::mutex mutex_;
  std::vector<bitbucket::WebhookReply> replies_;
  const server_test::Receiver endpoint_{
      [this](const server_test::Receiver::Delivery& delivery) { return receive(delivery); }};
};

}  // namespace webhook_test
