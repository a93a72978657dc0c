// Does everything that the library can do, with a server that echoes what it receives and an
// observer that shows all it sees: no text may contain a secret.
#include <gtest/gtest.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <iostream>
#include <set>
#include <string>
#include <vector>

#include <bitbucket/setup.hpp>
#include <nlohmann/json.hpp>

#include "auth/keys.hpp"
#include "http/encoding.hpp"
#include "secrets/shown.hpp"
#include "server/fake_client.hpp"
#include "server/invoke.hpp"

namespace bitbucket::test {
namespace {

using Kind = TransportError::Kind;

const std::string passphrase = "correct horse";  // of keys::rsa_encrypted_pkcs8()
const std::string token = "Tok3n/with+signs=and9letters";
const std::string token_secret = "S3cretOfTheT0ken!\"quoted\"";
const std::string bearer = "BearerT0ken/of+a=user";
const std::string password = "pass: w0rd/with\\signs";
const std::string verifier = "V3rifierOfTheUser";
const std::string handle = "S3ssionHandle/forever";

std::string hex(const std::string& bytes) {
  std::string out;
  for (const unsigned char c : bytes) {
    out += "0123456789abcdef"[c >> 4];
    out += "0123456789abcdef"[c & 15];
  }
  return out;
}

void append_numbers(std::vector<std::string>& out) {
  const std::string pem = keys::rsa_pkcs8();
  BIO* const bio = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
  EVP_PKEY* const key = PEM_read_bio_PrivateKey(bio, nullptr, nullptr, nullptr);
  BIO_free(bio);
  for (const char* name :
       {OSSL_PKEY_PARAM_RSA_D, OSSL_PKEY_PARAM_RSA_FACTOR1, OSSL_PKEY_PARAM_RSA_FACTOR2}) {
    BIGNUM* number = nullptr;
    EVP_PKEY_get_bn_param(key, name, &number);
    std::string bytes(static_cast<std::size_t>(BN_num_bytes(number)), '\0');
    BN_bn2bin(number, reinterpret_cast<unsigned char*>(bytes.data()));
    char* const decimal = BN_bn2dec(number);
    for (const std::string& form : {bytes, hex(bytes), keys::base64(bytes), std::string(decimal)})
      out.push_back(form.substr(10, 24));
    OPENSSL_free(decimal);
    BN_free(number);
  }
  EVP_PKEY_free(key);
}

/// Everything that must not be visible, in all forms that it could have.
const std::vector<std::string>& secrets_of_all() {
  static const std::vector<std::string> all = [] {
    std::vector<std::string> out;
    for (const std::string& pem : {keys::rsa_pkcs8(), keys::rsa_encrypted_pkcs8()})
      for (std::size_t at = pem.find('\n') + 1; pem[at] != '-'; at = pem.find('\n', at) + 1)
        if (const auto line = pem.substr(at, pem.find('\n', at) - at); line.size() > 20)
          out.push_back(line.substr(0, 40));
    append_numbers(out);
    for (const std::string& text :
         {passphrase, token, token_secret, bearer, password, verifier, handle, "ann:" + password}) {
      out.push_back(text);
      out.push_back(http::percent_encode(text));
      out.push_back(keys::base64(text));
      const std::string quoted = nlohmann::json(text).dump();
      out.push_back(quoted.substr(1, quoted.size() - 2));
    }
    return out;
  }();
  return all;
}

void expect_clean(const std::string& where, const std::string& text) {
  for (const std::string& secret : secrets_of_all())
    EXPECT_EQ(text.find(secret), std::string::npos)
        << where << " shows \"" << secret << "\": " << text.substr(0, 600);
}

/// The secrets that one set of credentials sends to the server, which the server can echo.
struct Identity {
  std::string name;
  Credentials credentials;
  std::vector<std::string> echoed;
};

std::vector<Identity> identities() {
  OAuth1Credentials oauth = keys::credentials();
  oauth.access_token = token;
  oauth.access_token_secret = token_secret;
  OAuth1Credentials sealed = oauth;
  sealed.private_key = keys::rsa_encrypted_pkcs8();
  sealed.passphrase = passphrase;
  return {{"oauth", oauth, {token, token_secret}},
          {"oauth, sealed", sealed, {token, token_secret}},
          {"bearer", BearerToken{bearer}, {bearer}},
          {"basic", BasicCredentials{"ann", password}, {password, keys::base64("ann:" + password)}},
          {"provider",
           CredentialsProvider([]() -> FixedCredentials { return BearerToken{bearer}; }),
           {bearer}}};
}

/// Returns the echoes as raw text, percent-encoded, and as JSON.
std::string joined(const Identity& who) {
  std::string out;
  for (const std::string& text : who.echoed) out += text + ' ' + http::percent_encode(text) + ' ';
  return out;
}

using Script = std::function<Response(const Request&)>;

std::vector<std::pair<std::string, Script>> answers(const Identity& who) {
  const std::string raw = joined(who);
  const std::string quoted = nlohmann::json(raw).dump();
  std::vector<std::pair<std::string, Script>> out;
  const auto add = [&](const std::string& name, const Response& response) {
    out.emplace_back(name, [response](const Request&) { return response; });
  };
  const std::vector<Header> echoes = {
      {"Content-Type", "application/json"},
      {"X-AREQUESTID", raw},
      {"X-Echo", raw},
      {"Set-Cookie", "id=" + raw},
      {"Authorization", raw},
      {"Cookie", raw},
      {"Proxy-Authorization", raw},
      {"Location", "https://login.example.com/" + raw},
      {"Content-Type", raw},
      {"Retry-After", raw},
      {"Date", raw},
      {"WWW-Authenticate", "OAuth oauth_problem=\"token_rejected\", oauth_problem_advice=\"" +
                               http::percent_encode(raw) + '"'}};
  const std::string errors = R"({"errors":[{"context":)" + quoted + R"(,"message":)" + quoted +
                             R"(,"exceptionName":)" + quoted + R"(,"extra":)" + quoted + "}]}";
  for (const int status : {300, 302, 400, 401, 403, 404, 408, 409, 412, 429, 500, 502, 503, 504}) {
    add("errors " + std::to_string(status), {.status = status, .headers = echoes, .body = errors});
    add("page " + std::to_string(status),
        {.status = status, .headers = {{"Content-Type", "text/html"}}, .body = "<p>" + raw});
  }
  std::vector<Header> plain(echoes.begin(), echoes.end() - 1);
  add("problem in the body",
      {.status = 401,
       .headers = plain,
       .body = "oauth_problem=" + raw + "&oauth_problem_advice=" + http::percent_encode(raw) +
               "&oauth_parameters_rejected=" + raw + "&oauth_parameters_absent=" + raw});
  for (const std::string& body :
       {quoted, "{" + quoted + ":" + quoted + "}", raw, "[" + quoted + "]",
        R"({"values":[{"id":)" + quoted + "}]}", R"({"id":)" + quoted + R"(,"slug":7})",
        R"({"slug":)" + quoted, R"({"isLastPage":)" + quoted + "}", "<html>" + raw,
        R"({"values":[{)" + quoted + ":{" + quoted + ":1}}]}"})
    add("200 " + body.substr(0, 9), {.status = 200, .headers = echoes, .body = body});
  for (const Kind kind : {Kind::resolve, Kind::proxy, Kind::tls, Kind::certificate, Kind::timeout,
                          Kind::reset, Kind::malformed, Kind::other})
    out.emplace_back("transport error", [raw, kind](const Request&) -> Response {
      throw TransportError(kind, "no way to https://" + raw + "@host/", true);
    });
  return out;
}

/// Captures what the process itself prints meanwhile.
class Printed {
 public:
  Printed() {
    ::testing::internal::CaptureStdout();
    ::testing::internal::CaptureStderr();
  }
  std::string take() {
    return ::testing::internal::GetCapturedStdout() + ::testing::internal::GetCapturedStderr();
  }
};

TEST(OutputTest, TheSearchFindsWhatIsShown) {
  Response response = repo_answer();
  response.headers.push_back({"X-Echo", "not ours: " + bearer});
  ClientOptions options = fake_options(FakeTransport::in_turn({response}));
  Observed observed(options.connection);
  (void)BitbucketServer(options).repos.get({"A", "b"});  // an anonymous call, which has no secret
  EXPECT_NE(observed.text.find(bearer), std::string::npos);
}

TEST(OutputTest, TheObserverSeesTemplatesAndThePathsOfUntypedCalls) {
  ClientOptions options =
      fake_options(FakeTransport::in_turn({repo_answer(), testing::json_answer("{}")}));
  std::vector<std::string> paths;
  options.connection.observer = [&](const Attempt& seen) { paths.emplace_back(seen.path); };
  const BitbucketServer client(options);
  (void)client.repos.get({"A", "b"});
  (void)client.call(Method::get, "/rest/api/1.0/projects/A", {{"name", "x"}});
  EXPECT_EQ(paths, (std::vector<std::string>{"/rest/api/1.0/projects/{project}/repos/{repo}",
                                             "/rest/api/1.0/projects/A"}));
}

TEST(OutputTest, NoRowAndNoAnswerShowsASecret) {
  Printed printed;
  std::vector<std::string> texts;
  int errors = 0, attempts = 0;
  for (const Identity& who : identities())
    for (const auto& [name, script] : answers(who)) {
      ClientOptions options = fake_options(std::make_shared<FakeTransport>(script));
      options.credentials = who.credentials;
      options.connection.retry.max_attempts = 2;
      Observed observed(options.connection);
      const BitbucketServer client(options);
      api::for_each_operation([&](std::string_view, const auto& row) {
        try {
          invoke(client, row);
        } catch (const std::exception& error) {
          texts.push_back(all_of(error));
          ++errors;
        }
      });
      texts.push_back(observed.text);
      attempts += observed.attempts;
      for (const char* never : {"Authorization", "Proxy-Authorization", "Cookie", "Set-Cookie"})
        EXPECT_FALSE(observed.names.contains(never)) << never;
    }
  const std::string said = printed.take();
  EXPECT_EQ(said, "") << "a library must print nothing";
  EXPECT_GT(errors, 2000);
  EXPECT_GT(attempts, 2000);
  std::set<std::string> different(texts.begin(), texts.end());
  for (const std::string& text : different) expect_clean("a text", text);
}

TEST(OutputTest, AnEchoIsMarkedAndTheRestOfTheTextStays) {
  ClientOptions options = fake_options(FakeTransport::in_turn(
      {json_answer(R"({"errors":[{"message":"no user for )" + bearer + R"( here"}]})", 403)}));
  options.credentials = BearerToken{bearer};
  try {
    (void)BitbucketServer(options).repos.get({"A", "b"});
    FAIL();
  } catch (const ApiError& error) {
    EXPECT_EQ(error.errors().at(0).message, "no user for [secret] here");
    EXPECT_NE(error.body().find("[secret]"), std::string::npos);
  }
}

TEST(OutputTest, GoodAnswersAreNotTouched) {
  ClientOptions options =
      fake_options(FakeTransport::in_turn({json_answer(R"({"slug":"about )" + bearer + "\"}")}));
  options.credentials = BearerToken{bearer};
  EXPECT_EQ(BitbucketServer(options).repos.get({"A", "b"}).slug, "about " + bearer);
}

TEST(OutputTest, WhatAProviderThrowsIsTheProvidersOwn) {
  ClientOptions options = fake_options(FakeTransport::in_turn({repo_answer()}));
  Observed observed(options.connection);
  options.credentials = CredentialsProvider(
      []() -> FixedCredentials { throw std::runtime_error("the vault is closed"); });
  try {
    (void)BitbucketServer(options).repos.get({"A", "b"});
    FAIL();
  } catch (const std::runtime_error& error) {
    EXPECT_STREQ(error.what(), "the vault is closed");
  }
  EXPECT_EQ(observed.attempts, 0);
}

TEST(OutputTest, RefusedOptionsAreNotQuoted) {
  const auto refusal = [](const ClientOptions& options) -> std::string {
    try {
      const BitbucketServer client(options);
    } catch (const InvalidArgument& error) {
      return error.what();
    }
    return "";
  };
  const auto with = [](const Credentials& credentials) {
    return ClientOptions{.base_url = "https://git.example.com", .credentials = credentials};
  };
  OAuth1Credentials wrong_passphrase = keys::credentials();
  wrong_passphrase.private_key = keys::rsa_encrypted_traditional();
  wrong_passphrase.passphrase = verifier;
  OAuth1Credentials cut = keys::credentials();
  cut.private_key = keys::rsa_pkcs8().substr(0, 700);
  OAuth1Credentials damaged = keys::credentials();
  damaged.private_key = keys::replaced(keys::rsa_pkcs8(), "\n", "\n!");
  OAuth1Credentials no_line_end = keys::credentials();
  no_line_end.access_token = token + "\n";
  for (const ClientOptions& options :
       {ClientOptions{.base_url =
                          "https://ann:" + http::percent_encode(password) + "@git.example.com"},
        ClientOptions{.base_url = "https://git.example.com?token=" + http::percent_encode(token)},
        with(wrong_passphrase), with(cut), with(damaged), with(no_line_end),
        with(BearerToken{bearer + "\n"}), with(BasicCredentials{"ann", password + "\r"})}) {
    const std::string text = refusal(options);
    EXPECT_NE(text, "");
    expect_clean("a refusal", text);
  }
}

TEST(OutputTest, TheThreeLegsShowNothing) {
  Printed printed;
  std::vector<std::string> texts;
  const std::string known = token + ' ' + token_secret + ' ' + verifier + ' ' + handle;
  const std::string form = "oauth_token=" + http::percent_encode(token) +
                           "&oauth_token_secret=" + http::percent_encode(token_secret);
  Identity server{"legs", Anonymous{}, {token, token_secret, verifier, handle}};
  auto all = answers(server);
  for (const std::string& body :
       {form + "&x=%zz", form + "&oauth_token_secret=2", form + "%00", form.substr(0, 20),
        "oauth_token=&oauth_token_secret=" + http::percent_encode(token_secret),
        "oauth_token=" + http::percent_encode(token)})
    all.emplace_back("200", [body](const Request&) {
      return Response{.status = 200, .headers = {}, .body = body};
    });
  for (const auto& [name, script] : all) {
    SetupOptions options{.base_url = "https://git.example.com",
                         .consumer_key = "bot",
                         .private_key = keys::rsa_encrypted_pkcs8(),
                         .passphrase = passphrase};
    options.connection = fake_options(std::make_shared<FakeTransport>(script)).connection;
    options.connection.retry.max_attempts = 2;
    Observed observed(options.connection);
    const SetupClient setup(std::move(options));
    const RequestToken request{.token = token, .token_secret = token_secret};
    const AccessToken access{
        .token = token, .token_secret = token_secret, .session_handle = handle};
    for (const auto& leg : std::vector<std::function<void()>>{
             [&] { (void)setup.get_access_token(request, verifier); },
             [&] {
               (void)setup.renew({.token = Secret(token),
                                  .token_secret = Secret(token_secret),
                                  .session_handle = Secret(handle)});
             }}) {
      try {
        leg();
      } catch (const std::exception& error) {
        texts.push_back(name + '\n' + all_of(error));
      }
    }
    texts.push_back(name + '\n' + observed.text);
  }
  EXPECT_EQ(printed.take(), "");
  // Each leg knows different secrets, and cannot recognise the echo of a secret that it was not
  // given.
  for (const std::string& text : texts) {
    EXPECT_EQ(text.find(token), std::string::npos) << text;
    EXPECT_EQ(text.find(token_secret), std::string::npos) << text;
    EXPECT_EQ(text.find(passphrase), std::string::npos) << text;
  }
}

}  // namespace
}  // namespace bitbucket::test
