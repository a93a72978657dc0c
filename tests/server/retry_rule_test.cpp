// The rule about repeated requests, as a table: "A request is sent again only if its row is
// repeatable, or if it cannot have been acted on: 429, timestamp_refused once, a failure while
// resolving, connecting, in the proxy or in the TLS handshake."
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "auth/keys.hpp"
#include "server/scripted_server.hpp"

namespace bitbucket::test {
namespace {

using Kind = TransportError::Kind;

/// Which requests are sent again after a failure.
enum class Again { never, repeatable, every };

struct Failure {
  std::string name;
  Step step;
  Again again;
  bool may_have_acted;  // the server, on the request that failed in this way
};

Step refuses_timestamp() {
  return answer(401, "oauth_problem=timestamp_refused",
                {{"Date", "Sun, 06 Nov 2044 08:49:37 GMT"}});
}

/// A request is never sent again where that cannot help: after a refused certificate, an answer
/// that is not HTTP or is too large, or an error that is final.
std::vector<Failure> failures() {
  std::vector<Failure> all;
  const auto error = [&](const std::string& name, Kind kind, Again unsent, Again sent) {
    all.push_back({name + ", unsent", breaks(kind, false), unsent, false});
    all.push_back({name + ", perhaps sent", breaks(kind, true), sent, true});
  };
  error("resolve", Kind::resolve, Again::every, Again::repeatable);
  error("connect", Kind::connect, Again::every, Again::repeatable);
  error("proxy", Kind::proxy, Again::every, Again::repeatable);
  error("tls", Kind::tls, Again::every, Again::repeatable);
  error("timeout", Kind::timeout, Again::every, Again::repeatable);
  error("reset", Kind::reset, Again::every, Again::repeatable);
  error("cut", Kind::cut, Again::every, Again::repeatable);
  error("other", Kind::other, Again::every, Again::repeatable);
  error("certificate", Kind::certificate, Again::never, Again::never);
  error("malformed", Kind::malformed, Again::never, Again::never);
  error("too large", Kind::too_large, Again::never, Again::never);
  error("proxy refuses", Kind::proxy_refused, Again::never, Again::never);
  for (const int status : {400, 401, 403, 404, 408, 409, 412})
    all.push_back({std::to_string(status), answer(status), Again::never, false});
  for (const int status : {303, 307, 500, 501})
    all.push_back({std::to_string(status), answer(status), Again::never, true});
  for (const int status : {502, 503, 504})
    all.push_back({std::to_string(status), answer(status), Again::repeatable, true});
  all.push_back({"429", answer(429), Again::every, false});
  all.push_back({"timestamp_refused", refuses_timestamp(), Again::every, false});
  all.push_back(
      {"another oauth_problem", answer(401, "oauth_problem=nonce_used"), Again::never, false});
  return all;
}

struct Sender {
  std::string name;
  bool repeatable;
  std::function<void(const BitbucketServer&)> send;
};

const Get<RawJson> get_row{"/rest/a"};
const ApiPath<Method::head, void> head_row{"/rest/a"};
const Post<RawJson, Body<RawJson>> post_row{"/rest/a"};
const Post<RawJson> repeatable_post_row{"/rest/a", Repeat::yes};
const Post<Repo> post_repo_row{"/rest/a"};
const Get<Repo> get_repo_row{"/rest/a"};
const Get<RawJson> unrepeatable_get_row{"/rest/a", Repeat::no};
const Put<RawJson, Body<RawJson>> put_row{"/rest/a"};
const Put<RawJson, Body<RawJson>> repeatable_put_row{"/rest/a", Repeat::yes};
const ApiPath<Method::patch, RawJson, Body<RawJson>> patch_row{"/rest/a"};
const Delete<void> delete_row{"/rest/a"};
const Delete<void> repeatable_delete_row{"/rest/a", Repeat::yes};
const Post<RawJson, Body<Multipart>> upload_row{"/rest/a"};
const Put<RawJson, Body<Multipart>> repeatable_upload_row{"/rest/a", Repeat::yes};
const RawJson no_members{"{}"};
const Multipart parts{{{.name = "content", .content = "bytes", .filename = "a.txt"}}};

std::vector<Sender> senders() {
  using Client = const BitbucketServer&;
  return {
      {"GET", true, [](Client c) { c.call(get_row); }},
      {"GET that says no", false, [](Client c) { c.call(unrepeatable_get_row); }},
      {"HEAD", true, [](Client c) { c.call(head_row); }},
      {"POST", false, [](Client c) { c.call(post_row, no_members); }},
      {"POST that says yes", true, [](Client c) { c.call(repeatable_post_row); }},
      {"PUT", false, [](Client c) { c.call(put_row, no_members); }},
      {"PUT that says yes", true, [](Client c) { c.call(repeatable_put_row, no_members); }},
      {"PATCH", false, [](Client c) { c.call(patch_row, no_members); }},
      {"DELETE", false, [](Client c) { c.call(delete_row); }},
      {"DELETE that says yes", true, [](Client c) { c.call(repeatable_delete_row); }},
      {"upload", false, [](Client c) { c.call(upload_row, parts); }},
      {"upload that says yes", true, [](Client c) { c.call(repeatable_upload_row, parts); }},
      {"untyped GET", true, [](Client c) { (void)c.call(Method::get, "/rest/a"); }},
      {"untyped PUT", false, [](Client c) { (void)c.call(Method::put, "/rest/a"); }},
      {"untyped DELETE", false, [](Client c) { (void)c.call(Method::del, "/rest/a"); }},
      {"stream", true,
       [](Client c) {
         c.files.raw({"PRJ", "demo"}, "a", "", [](std::string_view) {});
       }},
      {"page", true,
       [](Client c) {
         c.tags.list({"PRJ", "demo"}).to_vector();
       }},
      {"file as a string", true,
       [](Client c) {
         (void)c.files.raw({"PRJ", "demo"}, "a", "");
       }},
  };
}

/// An answer that is good for all rows.
Step good() { return answer(200, tags_page(0, 0, 25, -1)); }

ClientOptions signed_options(Scripted& server) {
  static const std::string small_key = keys::rsa_of(1024);  // thousands of clients are made
  server.options.credentials =
      OAuth1Credentials{.consumer_key = "bot", .private_key = small_key, .access_token = "token"};
  return server.options;
}
/// Signing takes most of the time here, so only calls that repair a clock are signed.
ClientOptions options_for(Scripted& server, const std::string& failures) {
  return failures.find("timestamp") == std::string::npos ? server.options : signed_options(server);
}

bool goes_again(const Failure& failure, const Sender& sender) {
  return failure.again == Again::every || (failure.again == Again::repeatable && sender.repeatable);
}

TEST(RetryRuleTest, HoldsForEveryRowAndEveryFailure) {
  for (const Failure& failure : failures())
    for (const Sender& sender : senders()) {
      SCOPED_TRACE(sender.name + " after " + failure.name);
      Scripted server({failure.step, good()});
      const BitbucketServer client(options_for(server, failure.name));
      const bool again = goes_again(failure, sender);
      if (again)
        EXPECT_NO_THROW(sender.send(client));
      else
        EXPECT_THROW(sender.send(client), Error);
      EXPECT_EQ(server.transport->started(), again ? 2u : 1u);
    }
}

template <class Work>
void expect_error(bool retryable, bool may_have_acted, Work&& work) {
  try {
    work();
    ADD_FAILURE() << "no error was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.is_retryable(), retryable) << error.what();
    EXPECT_EQ(error.may_have_acted(), may_have_acted) << error.what();
  }
}

TEST(RetryRuleTest, AnErrorReportsTheRuleThatTheLibraryFollows) {
  for (const Failure& failure : failures())
    for (const Sender& sender : senders()) {
      SCOPED_TRACE(sender.name + " after " + failure.name);
      Scripted server({failure.step});
      server.options.connection.retry.max_attempts = 1;
      const BitbucketServer client(server.options);
      // Only the library itself can repair its clock.
      const bool again = goes_again(failure, sender) && failure.name != "timestamp_refused";
      expect_error(again, failure.may_have_acted, [&] { sender.send(client); });
    }
}

TEST(RetryRuleTest, AnErrorCountsTheAttemptsBeforeIt) {
  for (const Failure& first : failures())
    for (const Failure& second : failures())
      for (const Sender& sender : senders()) {
        if (!goes_again(first, sender) || first.name == "timestamp_refused") continue;
        if (second.name == "404" && sender.name == "DELETE that says yes") continue;
        SCOPED_TRACE(sender.name + " after " + first.name + " and " + second.name);
        Scripted server({first.step, second.step});
        server.options.connection.retry.max_attempts = 2;
        const BitbucketServer client(server.options);
        const bool again = goes_again(second, sender) && second.name != "timestamp_refused";
        expect_error(again, first.may_have_acted || second.may_have_acted,
                     [&] { sender.send(client); });
      }
}

TEST(RetryRuleTest, AnAnswerThatCannotBeReadWasActedOn) {
  Scripted server({answer(200, "no JSON")});
  const BitbucketServer client(server.options);
  expect_error(false, true, [&] { client.call(post_repo_row); });
  expect_error(false, true, [&] { client.call(get_repo_row); });
  expect_error(false, true, [&] { (void)client.call(Method::post, "/rest/a"); });
  expect_error(false, true, [&] { client.tags.list({"PRJ", "demo"}).to_vector(); });
  expect_error(false, false, [] { (void)RawJson{"no JSON"}.parse(); });
}

TEST(RetryRuleTest, ARequestRefusedBeforeItWasSentWasNotActedOn) {
  const BitbucketServer client(fake_options(FakeTransport::in_turn({repo_answer()})));
  expect_error(false, false, [&] { (void)client.call(Method::post, "/no/such/root"); });
}

TEST(RetryRuleTest, ACancelledCallSaysWhetherItWasSent) {
  std::stop_source stop;
  Scripted server({[&]() -> Response {
                     stop.request_stop();
                     throw TransportError(Kind::reset, "it broke", true);
                   },
                   good()});
  const BitbucketServer client = BitbucketServer(server.options).with({.stop = stop.get_token()});
  expect_error(false, true, [&] { client.call(repeatable_post_row); });
  expect_error(false, false, [&] { client.call(repeatable_post_row); });
  EXPECT_EQ(server.transport->started(), 1u);
}

TEST(RetryRuleTest, AnEarlierFailureDoesNotChangeWhatALaterOneMeans) {
  for (const Failure& first : failures())
    for (const Failure& second : failures())
      for (const Sender& sender : senders()) {
        if (!goes_again(first, sender)) continue;
        // A clock is repaired once, and a 404 to a repeated DELETE is a success.
        if (first.name == "timestamp_refused" && second.name == first.name) continue;
        if (second.name == "404" && sender.name == "DELETE that says yes") continue;
        SCOPED_TRACE(sender.name + " after " + first.name + " and " + second.name);
        Scripted server({first.step, second.step, good()});
        const BitbucketServer client(options_for(server, first.name + second.name));
        const bool again = goes_again(second, sender);
        if (again)
          EXPECT_NO_THROW(sender.send(client));
        else
          EXPECT_THROW(sender.send(client), Error);
        EXPECT_EQ(server.transport->started(), again ? 3u : 2u);
      }
}

TEST(RetryRuleTest, AStreamIsNeverRepeatedOnceTheSinkHasSeenBytes) {
  for (const bool sent : {false, true})
    for (const Kind kind :
         {Kind::resolve, Kind::connect, Kind::proxy, Kind::tls, Kind::certificate, Kind::timeout,
          Kind::reset, Kind::cut, Kind::malformed, Kind::too_large, Kind::other}) {
      const auto transport =
          std::make_shared<FakeTransport>([=](const Request& request) -> Response {
            request.sink("half");
            throw TransportError(kind, "it broke", sent);
          });
      BitbucketServer client(fake_options(transport));
      std::string got;
      // Sending it again would add a whole file to the half that the sink already has.
      expect_error(false, true, [&] {
        client.files.raw({"PRJ", "demo"}, "a", "", [&](std::string_view bytes) { got += bytes; });
      });
      EXPECT_EQ(got, "half");
      EXPECT_EQ(transport->started(), 1u);
    }
}

TEST(RetryRuleTest, TheClockIsRepairedOnceAndWithTheServersDate) {
  Scripted server({refuses_timestamp(), refuses_timestamp(), good()});
  const BitbucketServer client(signed_options(server));
  EXPECT_THROW(client.call(post_row, no_members), OAuthError);
  const auto requests = server.transport->requests();
  ASSERT_EQ(requests.size(), 2u);
  // 06 Nov 2044 08:49:37 is 2362034977; the test may take some seconds.
  EXPECT_EQ(find_header(requests[0].headers, "Authorization").find("oauth_timestamp=\"23620"),
            std::string_view::npos);
  EXPECT_NE(find_header(requests[1].headers, "Authorization").find("oauth_timestamp=\"236203"),
            std::string_view::npos);
  EXPECT_TRUE(server.waits.empty()) << "at once";
}

TEST(RetryRuleTest, WithoutADateOrASignatureThereIsNoClockToRepair) {
  Scripted dateless({answer(401, "oauth_problem=timestamp_refused"), good()});
  const BitbucketServer client(signed_options(dateless));
  EXPECT_THROW(client.call(get_row), OAuthError);
  EXPECT_EQ(dateless.transport->started(), 1u);
  Scripted unsigned_one({refuses_timestamp(), good()});
  const BitbucketServer anonymous(unsigned_one.options);
  EXPECT_THROW(anonymous.call(get_row), OAuthError);
  EXPECT_EQ(unsigned_one.transport->started(), 1u);
}

TEST(RetryRuleTest, OneAttemptMeansOneWhateverHappens) {
  for (const Failure& failure : failures()) {
    Scripted server({failure.step, good()});
    server.options.connection.retry.max_attempts = 1;
    const BitbucketServer client(signed_options(server));
    EXPECT_THROW(client.call(get_row), Error) << failure.name;
    EXPECT_EQ(server.transport->started(), 1u) << failure.name;
    EXPECT_TRUE(server.waits.empty()) << failure.name;
  }
}

}  // namespace
}  // namespace bitbucket::test
