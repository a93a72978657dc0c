#include "testing/oauth/endpoints.hpp"

#include "testing/oauth/pages.hpp"

namespace bitbucket::embedded {
namespace {

constexpr const char* kHtml = "text/html;charset=UTF-8";
constexpr std::size_t kMaxHeaderValue = 8192;

void page(HttpResponse& response, int status, std::string text) {
  response.status = status;
  response.set("X-Frame-Options", "DENY");
  response.set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'");
  response.content(kHtml, std::move(text));
}

std::string explain(const OAuthRefusal& refusal) {
  if (refusal.problem == "token_expired")
    return "The application took too long. Let it start again.";
  if (refusal.problem == "token_used") return "This request was answered already.";
  return "There is no such request of an application.";
}

}  // namespace

void OAuthEndpoints::refuse(HttpResponse& response, const OAuthRefusal& refusal) const {
  std::string header = "OAuth realm=\"" + base_url_ + '"';
  for (const auto& [name, value] : refusal.pairs()) {
    if (value.size() > kMaxHeaderValue) continue;  // clients refuse long headers; the body has it
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
  const std::string callback = call.value("oauth_callback");
  try {
    const PendingToken token = provider_.pending(name);
    if (auto_approve_) {
      const User user = call.caller.user ? call.caller.user : accounts_.first();
      return finish(call.response, provider_.approve(name, user->name), callback);
    }
    page(call.response, 200,
         approve_page(token, accounts_.all(), call.caller.user, std::string(call.request.path()),
                      callback));
  } catch (const OAuthRefusal& refusal) {
    page(call.response, 401, problem_page("Nothing to authorize", explain(refusal)));
  }
}

void OAuthEndpoints::take_answer(Call& call) {
  const Pairs form = parse_form(call.body).value_or(Pairs());
  const auto field = [&](const char* name) { return find_value(form, name).value_or(""); };
  try {
    const PendingToken token = provider_.pending(field("oauth_token"));
    if (!equals_secret(field("form_token"), token.form_token)) {
      return page(call.response, 403,
                  problem_page("Refused", "This answer does not come from our page."));
    }
    const User user = call.caller.user ? call.caller.user : accounts_.find(field("user"));
    if (field("answer") == "deny") {
      finish(call.response, provider_.deny(token.token), field("oauth_callback"));
    } else if (field("answer") == "allow" && user) {
      finish(call.response, provider_.approve(token.token, user->name), field("oauth_callback"));
    } else {
      page(call.response, 400, problem_page("Refused", "Allow or deny as a user of this server."));
    }
  } catch (const OAuthRefusal& refusal) {
    page(call.response, 401, problem_page("Nothing to authorize", explain(refusal)));
  }
}

/// Sends the browser back to the application, or shows what its user has to copy.  `fallback` is
/// the callback of the authorize address itself, which counts when leg 1 named none.
void OAuthEndpoints::finish(HttpResponse& response, const AnsweredToken& answer,
                            const std::string& fallback) {
  std::string callback = answer.callback;
  if (answer.any_callback && fallback != "oob" && usable_callback(fallback)) callback = fallback;
  if (callback.empty()) {
    return page(response, 200, answer.verifier == "denied" ? denied_page() : verifier_page(answer));
  }
  const std::string fragment =
      callback.find('#') == std::string::npos ? "" : callback.substr(callback.find('#'));
  callback.resize(callback.size() - fragment.size());
  callback += (callback.find('?') == std::string::npos ? '?' : '&');
  callback +=
      write_form({{"oauth_token", answer.token}, {"oauth_verifier", answer.verifier}}) + fragment;
  response.status = 302;
  response.set("Location", callback);
}

}  // namespace bitbucket::embedded
