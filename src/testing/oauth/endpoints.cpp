#include "testing/oauth/endpoints.hpp"

#include "testing/oauth/pages.hpp"

namespace bitbucket::inline v0_1::testing::embedded {
namespace {

constexpr const char* html_type = "text/html;charset=UTF-8";
constexpr std::size_t max_header_value = 8192;

/// Pages and redirections hold tokens: they are neither kept, nor framed, nor told to others.  No
/// form-action among the rules, since browsers apply it to the redirection to the application, too.
void protect(HttpResponse& response) {
  std::erase_if(response.headers,
                [](const auto& header) { return header.first == "Cache-Control"; });
  response.set("Cache-Control", "no-store");
  response.set("Referrer-Policy", "no-referrer");
  response.set("X-Content-Type-Options", "nosniff");
  response.set("X-Frame-Options", "DENY");
  static const std::string script = base64_encode(sha256(verifier_script()));
  response.set("Content-Security-Policy",
               "default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-" + script +
                   "'; base-uri 'none'; frame-ancestors 'none'");
}

void page(HttpResponse& response, int status, std::string text) {
  response.status = status;
  protect(response);
  response.content(html_type, std::move(text));
}

std::string explain(const OAuthRefusal& refusal) {
  const std::string again = " Go back to the application and start again there.";
  if (refusal.problem == "token_expired") return "This request is too old." + again;
  if (refusal.problem == "token_used") {
    return "This request was answered already. If the application still waits for an answer, go "
           "back to it and start again there.";
  }
  return "No application asks with this address." + again;
}

void nothing_to_answer(HttpResponse& response, const OAuthRefusal& refusal) {
  page(response, 401, problem_page("Nothing to allow here", explain(refusal)));
}

/// Where the browser goes after the answer; empty: nowhere, a page tells the outcome.  `fallback`
/// is the callback of the authorize address itself, which counts when leg 1 named none.
std::string destination(const std::string& callback, bool any_callback,
                        const std::string& fallback) {
  return any_callback && fallback != "oob" && usable_callback(fallback) ? fallback : callback;
}

}  // namespace

void OAuthEndpoints::refuse(HttpResponse& response, const OAuthRefusal& refusal) const {
  std::string header = "OAuth realm=\"" + base_url_ + '"';
  for (const auto& [name, value] : refusal.pairs()) {
    if (value.size() > max_header_value) continue;  // clients refuse long headers; the body has it
    header += ", " + name + "=\"" + percent_encode(value) + '"';
  }
  response.status = refusal.status();
  response.set("WWW-Authenticate", header);
  response.content("application/x-www-form-urlencoded;charset=UTF-8", write_form(refusal.pairs()));
}

bool OAuthEndpoints::answer(const std::string& leg, Call& call, const SignedRequest& request) {
  const bool post = call.request.method == "POST";
  if (leg == "request-token" && post) {
    give_token(call, &OAuthProvider::request_token, request);
  } else if (leg == "access-token" && post) {
    give_token(call, &OAuthProvider::access_token, request);
  } else if (leg == "authorize" && post) {
    take_answer(call);
  } else if (leg == "authorize") {
    show_page(call);
  } else if (leg == "request-token" || leg == "access-token") {
    call.response.set("Allow", "POST");
    page(call.response, 405, problem_page("Method not allowed", "Only POST is answered here."));
  } else {
    return false;
  }
  return true;
}

void OAuthEndpoints::give_token(Call& call, Pairs (OAuthProvider::*leg)(SignedRequest),
                                const SignedRequest& request) {
  call.response.content("text/plain;charset=UTF-8", write_form((provider_.*leg)(request)));
}

void OAuthEndpoints::show_page(Call& call) {
  const std::string name = call.value("oauth_token");
  const std::string fallback = call.value("oauth_callback");
  try {
    const PendingToken token = provider_.pending(name);
    if (auto_approve_) {
      const User user = call.caller.user ? call.caller.user : accounts_.first();
      return finish(call.response, provider_.approve(name, user->name), fallback);
    }
    page(call.response, 200,
         approve_page({.token = token,
                       .signed_in = call.caller.user,
                       .users = accounts_.all(),
                       .action = std::string(call.request.path()),
                       .fallback = fallback,
                       .callback = destination(token.callback, token.any_callback, fallback)}));
  } catch (const OAuthRefusal& refusal) {
    nothing_to_answer(call.response, refusal);
  }
}

void OAuthEndpoints::take_answer(Call& call) {
  const Pairs form = parse_form(call.body).value_or(Pairs());
  const auto field = [&](const char* name) { return find_value(form, name).value_or(""); };
  const std::string token = field("oauth_token");
  const std::string fallback = field("oauth_callback");
  const auto again = [&](int status, const std::string& text) {
    Pairs query{{"oauth_token", token}};
    if (!fallback.empty()) query.emplace_back("oauth_callback", fallback);
    page(call.response, status,
         problem_page("That did not work", text,
                      std::string(call.request.path()) + '?' + write_form(query)));
  };
  try {
    if (!equals_secret(field("form_token"), provider_.form_token(token))) {
      return again(403, "This answer does not come from the page of this server.");
    }
    const User user = call.caller.user ? call.caller.user : accounts_.find(field("user"));
    if (field("answer") == "deny") {
      finish(call.response, provider_.deny(token), fallback);
    } else if (field("answer") == "allow" && user) {
      finish(call.response, provider_.approve(token, user->name), fallback);
    } else {
      again(400, user ? "Choose whether to allow or to deny the access."
                      : "This server has no user \"" + field("user") + "\".");
    }
  } catch (const OAuthRefusal& refusal) {
    nothing_to_answer(call.response, refusal);
  }
}

/// Sends the browser back to the application, or shows what its user has to copy.
void OAuthEndpoints::finish(HttpResponse& response, const AnsweredToken& answer,
                            const std::string& fallback) {
  std::string callback = destination(answer.callback, answer.any_callback, fallback);
  if (callback.empty()) {
    return page(response, 200,
                answer.verifier == "denied" ? denied_page(answer) : verifier_page(answer));
  }
  const std::string fragment =
      callback.find('#') == std::string::npos ? "" : callback.substr(callback.find('#'));
  callback.resize(callback.size() - fragment.size());
  callback += (callback.find('?') == std::string::npos ? '?' : '&');
  callback +=
      write_form({{"oauth_token", answer.token}, {"oauth_verifier", answer.verifier}}) + fragment;
  protect(response);
  response.status = 302;
  response.set("Location", callback);
}

}  // namespace bitbucket::inline v0_1::testing::embedded
