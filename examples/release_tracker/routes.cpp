#include "routes.hpp"

#include <openssl/crypto.h>

#include <charconv>
#include <exception>
#include <iostream>

#include "../plain_text.hpp"
#include "../sealing_key.hpp"
#include "html.hpp"
#include "pages.hpp"

namespace tracker {
namespace {

using httplib::Request;
using httplib::Response;

constexpr const char* no_scripts =
    "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; "
    "base-uri 'none'";
// A browser applies form-action to the redirect to the Bitbucket Server too.
constexpr const char* no_scripts_but_forms =
    "default-src 'none'; style-src 'self'; form-action http: https:; frame-ancestors 'none'; "
    "base-uri 'none'";

void show(Response& response, const std::string& html, int status = 200) {
  response.status = status;
  response.set_content(html, "text/html; charset=utf-8");
}

void fail(Response& response, int status, const std::string& title, const std::string& advice) {
  show(response, error_page(title, advice), status);
}

void go_to(Response& response, const std::string& address) { response.set_redirect(address, 303); }

bool same_secret(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::string host_of(const std::string& url) {
  const std::size_t start = url.find("://") + 3;
  return url.substr(start, url.find('/', start) - start);
}

// Answers with what a failure means for the person at the browser.
void explain(Response& response, const std::exception& error) {
  if (const auto* store = dynamic_cast<const bitbucket::StoreError*>(&error)) {
    response.set_header("Retry-After", "10");
    return fail(response, 503, "The database does not answer",
                std::string("Check that the database runs and that this service may use it, then "
                            "reload this page. Nothing is lost: the Bitbucket Server is asked for "
                            "what was pushed in the meantime. The database says: ") +
                    store->what());
  }
  if (dynamic_cast<const Refused*>(&error))
    return fail(response, 409, "This is not possible now", error.what());
  if (dynamic_cast<const bitbucket::InvalidArgument*>(&error))
    return fail(response, 400, "Something is not valid", error.what());
  if (dynamic_cast<const bitbucket::Error*>(&error)) {
    const bitbucket::Breakage breakage = bitbucket::classify(error);
    return fail(response, 502, "The Bitbucket Server did not do this",
                breakage.advice.empty() ? error.what() : breakage.advice + ' ' + error.what());
  }
  std::cerr << "release_tracker: " << example::plain(error.what()) << '\n';
  fail(response, 500, "Something went wrong", "Look at the output of the program for the reason.");
}

}  // namespace

Routes::Routes(Service& service, RoutesOptions options)
    : service_(service),
      options_(std::move(options)),
      token_(example::to_hex(example::random_bytes(32))) {}

void Routes::add_to(httplib::Server& server) {
  server.Get("/", safely(&Routes::home, false));
  server.Get("/connect", safely(&Routes::show_setup, false));
  server.Post("/connect", safely(&Routes::begin_setup, true));
  server.Get("/callback", safely(&Routes::finish_setup, false));
  server.Get("/repositories", safely(&Routes::repositories, false));
  server.Post("/attach", safely(&Routes::attach, true));
  server.Post("/detach", safely(&Routes::detach, true));
  server.Get("/release", safely(&Routes::release, false));
  server.Post("/release", safely(&Routes::create_release, true));
  server.Get("/issue", safely(&Routes::issue, false));
  server.Post(R"(/hook/\d+)",
              [this](const Request& request, Response& response) { hook(request, response); });
  server.Get("/style.css", [](const Request&, Response& response) {
    response.set_content(std::string(style), "text/css");
  });
  server.set_error_handler([](const Request&, Response& response) {
    if (response.body.empty() && response.status >= 400)
      response.set_content(error_page("Not found", "Go back to the releases."),
                           "text/html; charset=utf-8");
  });
  server.set_post_routing_handler([](const Request&, Response& response) {
    if (!response.has_header("Content-Security-Policy"))
      response.set_header("Content-Security-Policy", no_scripts);
    response.set_header("X-Content-Type-Options", "nosniff");
    response.set_header("Referrer-Policy", "no-referrer");
    response.set_header("Cache-Control", "no-store");
  });
}

// Another site can send a form to this service, but cannot read the token.  A host name of another
// site may lead to this machine, so only the host of this service is answered.
httplib::Server::Handler Routes::safely(Handler handler, bool changes) {
  return [this, handler, changes](const Request& request, Response& response) {
    if (request.get_header_value("Host") != host_of(options_.public_url))
      return fail(response, 421, "This is another host",
                  "Open " + options_.public_url + " instead.");
    if (changes && !same_secret(request.get_param_value("token"), token_))
      return fail(response, 403, "This form is too old",
                  "The service was started again since the page was loaded. Go back, reload the "
                  "page, and send the form again.");
    try {
      (this->*handler)(request, response);
    } catch (const std::exception& error) {
      explain(response, error);
    }
  };
}

void Routes::home(const Request&, Response& response) {
  if (!service_.find_connection() && service_.store().releases.list({}, 1).empty())
    return go_to(response, "/connect");
  show(response, home_page(service_, token_));
}

void Routes::show_setup(const Request&, Response& response) {
  response.set_header("Content-Security-Policy", no_scripts_but_forms);
  show(response, setup_page(service_, token_, {.config = options_.suggested}));
}

void Routes::begin_setup(const Request& request, Response& response) {
  response.set_header("Content-Security-Policy", no_scripts_but_forms);
  bitbucket::Parameters fields;
  for (const auto& [name, value] : request.params)
    if (name != "token") fields.emplace_back(name, value);
  SetupForm form{.config = bitbucket::InstallationConfig::from_form(fields)};
  try {
    return go_to(response, service_.begin_setup(form.config));
  } catch (const bitbucket::InvalidConfiguration& error) {
    form.errors = error.errors();
  } catch (const bitbucket::SetupError& error) {
    form.problem = std::string("Not connected: ") + error.what();
  }
  form.config.private_key = {};  // a page that a browser may keep shows no key
  show(response, setup_page(service_, token_, form), 422);
}

void Routes::finish_setup(const Request& request, Response& response) {
  const std::size_t question = request.target.find('?');
  try {
    service_.finish_setup(request.get_param_value("oauth_token"),
                          question == std::string::npos ? "" : request.target.substr(question + 1));
  } catch (const bitbucket::SetupError& error) {
    return fail(response, 409, "Not connected", error.what());
  }
  go_to(response, "/repositories");
}

void Routes::repositories(const Request& request, Response& response) {
  show(response, repositories_page(service_, token_, request.get_param_value("query")));
}

void Routes::attach(const Request& request, Response& response) {
  service_.attach(request.get_param_value("repository"));
  go_to(response, "/");
}

void Routes::detach(const Request& request, Response& response) {
  service_.detach(request.get_param_value("repository"));
  go_to(response, "/repositories");
}

void Routes::release(const Request& request, Response& response) {
  const std::string first = request.get_param_value("first");
  std::size_t row = 0;
  (void)std::from_chars(first.data(), first.data() + first.size(), row);
  const auto html = release_page(service_, request.get_param_value("version"), row);
  if (!html) return fail(response, 404, "There is no such release", "Go back to the releases.");
  show(response, *html);
}

void Routes::create_release(const Request& request, Response& response) {
  const std::string version = request.get_param_value("version");
  const std::string from = request.get_param_value("from");  // "ID REF"
  const std::size_t blank = std::min(from.find(' '), from.size());
  service_.create_release(version, from.substr(0, blank),
                          from.substr(std::min(blank + 1, from.size())));
  go_to(response, "/release?version=" + encode(version));
}

void Routes::issue(const Request& request, Response& response) {
  const auto key = example::issue_key({.text = request.get_param_value("key")});
  if (!key)
    return fail(response, 404, "This is not an issue", "The key of an issue looks like ABC-12.");
  show(response, issue_page(service_, *key));
}

void Routes::hook(const Request& request, Response& response) {
  const bitbucket::WebhookReply reply = service_.receive({.method = request.method,
                                                          .url = request.path,
                                                          .headers = request.headers,
                                                          .body = request.body});
  response.status = reply.status;
  response.set_content(reply.text, "text/plain");
}

}  // namespace tracker
