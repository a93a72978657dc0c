// A server that echoes a token many times, or echoes the body of the request.
#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "http/encoding.hpp"
#include "secrets/shown.hpp"
#include "server/fake_client.hpp"

namespace bitbucket::test {
namespace {

const std::string echoed_token = "BearerT0ken/of+a=user";

/// Sends a body with secrets to a server that echoes it, and returns all that a user can see.
template <class Work>
std::string seen_of_an_echo(int status, const std::string& secret, Work&& work) {
  std::string out;
  for (const std::string& form : {secret, http::percent_encode(secret)}) {
    const std::string quoted = nlohmann::json(form).dump();
    const auto server = std::make_shared<FakeTransport>([&](const Request& request) -> Response {
      if (request.method == Method::get) return json_answer(R"({"id":7,"name":"a","events":[]})");
      Response response = json_answer(R"({"id":)" + quoted + R"(,"errors":[{"message":)" + quoted +
                                          R"(,"context":)" + quoted + R"(,"exceptionName":)" +
                                          quoted + R"(,"sent":)" + request.body + "}]}",
                                      status);
      if (status == 0)
        throw TransportError(TransportError::Kind::reset,
                             "it broke after " + form + " in " + request.body, true);
      response.headers.push_back({"X-Echo", form});
      response.headers.push_back({"X-AREQUESTID", form});
      return response;
    });
    ClientOptions options = fake_options(server);
    options.credentials = BearerToken{echoed_token};
    Observed observed(options.connection);
    try {
      work(BitbucketServer(options));
      ADD_FAILURE() << "no error was thrown";
    } catch (const std::exception& error) {
      out += all_of(error) + '\n' + observed.text;
    }
  }
  return out;
}

TEST(EchoTest, AnEchoOfASecretInABodyIsMarked) {
  const std::string secret = "Wh00k/secret=\"of<one>\"&more'";
  const NewHook hook{.name = "bot",
                     .url = "https://bot.example.com",
                     .events = {"pr:merged"},
                     .secret = Secret(secret)};
  NewHook with_password = hook;
  with_password.secret = Secret();
  with_password.credentials = HookCredentials{"user", Secret(secret)};
  const std::vector<std::function<void(const BitbucketServer&)>> calls = {
      [&](const BitbucketServer& c) {
        c.hooks.create({"A", "b"}, hook);
      },
      [&](const BitbucketServer& c) {
        c.hooks.create({"A", "b"}, with_password);
      },
      [&](const BitbucketServer& c) {
        c.hooks.update({"A", "b"}, HookId{7}, {.secret = Secret(secret)});
      },
      [&](const BitbucketServer& c) {
        c.hooks.update(
            {"A", "b"}, HookId{7},
            {.secret = HookUpdate::clear, .credentials = HookCredentials{"user", Secret(secret)}});
      },
      [&](const BitbucketServer& c) {
        (void)c.call(Method::post, "/rest/x", {}, {{"nested", {{"clientSecret", secret}}}});
      },
  };
  const std::string quoted = nlohmann::json(secret).dump();
  for (const int status : {0, 200, 400, 401, 409, 500, 503})
    for (std::size_t i = 0; i < calls.size(); ++i) {
      if (status == 200 && i + 1 == calls.size()) continue;  // a good answer to an untyped call
      const std::string seen = seen_of_an_echo(status, secret, calls[i]);
      for (const std::string& form :
           {secret, http::percent_encode(secret), quoted.substr(1, quoted.size() - 2)})
        EXPECT_EQ(seen.find(form), std::string::npos) << status << ' ' << i << ' ' << seen;
      EXPECT_NE(seen.find("[secret]"), std::string::npos) << status << ' ' << i << ' ' << seen;
    }
}

TEST(EchoTest, AnEchoOfManyTokensIsMarkedWithinTheTimeOfTheCall) {
  std::string body = R"({"errors":[{"message":")";
  while (body.size() < (4u << 20) - 100) body += echoed_token + ' ';
  body += "\"}]}";
  ClientOptions options = fake_options(FakeTransport::in_turn({json_answer(body, 400)}));
  options.credentials = BearerToken{echoed_token};
  options.connection.timeout = std::chrono::seconds(2);
  const auto began = std::chrono::steady_clock::now();
  try {
    (void)BitbucketServer(options).repos.get({"A", "b"});
    ADD_FAILURE() << "no error was thrown";
  } catch (const ApiError& error) {
    const std::string seen = all_of(error);
    EXPECT_NE(seen.find("[secret]"), std::string::npos) << seen.substr(0, 1000);
    EXPECT_EQ(seen.find(echoed_token), std::string::npos) << seen.substr(0, 1000);
  }
  EXPECT_LT(std::chrono::steady_clock::now() - began, options.connection.timeout);
}

}  // namespace
}  // namespace bitbucket::test
