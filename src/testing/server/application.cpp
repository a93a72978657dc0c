#include "testing/server/application.hpp"

#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <exception>

#include "base/trim.hpp"
#include "testing/base/path.hpp"
#include "testing/base/version.hpp"
#include "testing/faults/delivery.hpp"

namespace bitbucket::inline v0_1::testing::embedded {
namespace {

constexpr std::size_t max_body = std::size_t{16} << 20;

void not_found_page(HttpResponse& response) {
  response.status = 404;
  response.content("text/html;charset=UTF-8",
                   "<!DOCTYPE html>\n<html><head><title>Not found</title></head><body><h1>Oops, "
                   "you've found a dead link.</h1></body></html>\n");
}

const std::filesystem::path& pick(const std::filesystem::path& a, const std::filesystem::path& b) {
  return a.empty() ? b : a;
}

bool is_below(const std::string& context, std::string_view path) {
  return path.starts_with(context) &&
         (path.size() == context.size() || path[context.size()] == '/');
}

bool errors_have_context(const GitServerOptions& options) {
  return !at_least(options.version, 9, 4);
}

std::filesystem::path recording_folder() {
  const char* folder = std::getenv("BITBUCKET_RECORD_SIGNED_REQUESTS");
  return folder == nullptr ? "" : folder;
}

}  // namespace

Application::Application(const GitServerOptions& options, Clock clock, std::string context,
                         std::string base_url)
    : accounts(options.captcha_after),
      catalog(options.scratch),
      provider(options, clock, pick(options.record_signed_requests, recording_folder())),
      options_(options),
      clock_(clock),
      context_(std::move(context)),
      base_url_(std::move(base_url)),
      entities_(base_url_, accounts, options),
      deliveries(options.version, options.deliver_webhooks, options.delivery_timeout, clock),
      oauth_(provider, accounts, base_url_, options.auto_approve),
      pager_(options),
      rest_({options, clock, accounts, catalog, entities_, deliveries, pager_}),
      scm_(entities_, deliveries, clock, options.version) {}

std::string Application::next_request_id() {
  char text[64];
  std::snprintf(
      text, sizeof text, "*%s%06llXx%dx%llux0", "1B5",
      static_cast<unsigned long long>(reinterpret_cast<std::uintptr_t>(this) >> 4) & 0xffffff,
      static_cast<int>(std::time(nullptr) / 60 % 1440),
      static_cast<unsigned long long>(++requests_));
  return text;
}

void Application::handle(HttpRequest& request, HttpResponse& response) noexcept {
  GitServerRequest entry{.method = request.method, .target = request.target};
  entry.connection = request.connection;
  try {
    response.set("X-AREQUESTID", next_request_id());
    response.set("Date", format_utc(std::chrono::system_clock::to_time_t(clock_()),
                                    "%a, %d %b %Y %H:%M:%S GMT"));
    response.set("Cache-Control", "private, no-cache");
    response.set("Vary", "X-AUSERNAME,X-AUSERID,Accept-Encoding");
    const std::string_view raw = request.path();
    entry.path = is_below(context_, raw) ? raw.substr(context_.size()) : raw;
    if (entry.path.empty()) entry.path = "/";
    response.fault = script.next(entry.method, entry.path);
    if (response.fault && response.fault->answer) {
      answer_wrongly(response);
    } else {
      dispatch(request, response, entry);
    }
  } catch (const std::exception& e) {
    response.body.clear();
    response.stream = nullptr;
    refuse(response, refusal(500, std::string("The embedded server failed: ") + e.what(),
                             "java.lang.IllegalStateException"));
  } catch (...) {
    response.status = 500;
  }
  entry.status = response.status;
  if (response.fault) {
    entry.fault = response.fault->name;
    if (!shows_status(*response.fault)) entry.status = 0;
  }
  log.add(std::move(entry));
}

void Application::answer_wrongly(HttpResponse& response) const {
  const FaultAnswer& answer = *response.fault->answer;
  response.status = answer.status;
  for (const auto& given : answer.headers) {
    std::erase_if(response.headers, [&](const auto& header) {
      return equals_ignoring_case(header.first, given.first);
    });
  }
  response.headers.insert(response.headers.end(), answer.headers.begin(), answer.headers.end());
  response.body = answer.body;
  if (!response.fault->of_bitbucket || errors_have_context(options_)) return;
  Json body = Json::parse(answer.body);
  for (Json& error : body["errors"]) error.erase("context");
  response.body = dump(body);
}

void Application::dispatch(HttpRequest& request, HttpResponse& response, GitServerRequest& entry) {
  const PathSegments path = split_path(entry.path);
  const auto query = parse_form(request.query());
  if (!acceptable_target(request.target) || path.verdict == PathSegments::Verdict::bad || !query) {
    response.status = 400;
    response.content("text/html;charset=utf-8",
                     "<!doctype html><html lang=\"en\"><head><title>HTTP Status "
                     "400 - Bad Request</title></head><body><h1>HTTP Status 400 - Bad "
                     "Request</h1></body></html>");
    return;
  }
  if (!is_below(context_, request.path())) return not_found_page(response);
  Call call{request, response, Caller(), {}, *query, {}};
  try {
    route(call, path);
  } catch (const Refusal& refusal) {
    refuse(response, refusal);
  } catch (const OAuthRefusal& refusal) {
    oauth_.refuse(response, refusal);
  }
  entry.authentication = call.caller.authentication;
  if (!call.caller.user) return;
  entry.user = call.caller.user->name;
  response.set("X-AUSERNAME", percent_encode(entry.user));
  response.set("X-AUSERID", std::to_string(call.caller.user->id));
}

void Application::route(Call& call, const PathSegments& path) {
  const auto& segments = path.segments;
  const std::string first = segments.empty() ? "" : segments[0];
  const bool strange = path.verdict == PathSegments::Verdict::unrouted;
  if (first == "scm" && !strange) return scm(call, segments);
  read_body(call);
  static const PathPattern oauth("plugins/servlet/oauth/{leg}");
  static const PathPattern whoami("plugins/servlet/applinks/whoami");
  if (!strange && oauth.match(segments)) {
    const bool token = segments[3] != "authorize";
    if (!token) call.caller = authenticate(call);
    if (!oauth_.answer(segments[3], call, token ? signed_request(call) : SignedRequest())) {
      not_found_page(call.response);
    }
    return;
  }
  call.caller = authenticate(call);
  if (first == "rest") {
    rest_.answer(call, path);
  } else if (segments == std::vector<std::string>{"status"}) {
    answer_json(call.response, {{"state", "RUNNING"}});
  } else if (whoami.match(segments)) {
    call.response.content("text/plain;charset=UTF-8",
                          call.caller.user ? call.caller.user->name : "");
  } else {
    not_found_page(call.response);
  }
}

void Application::read_body(Call& call) {
  const std::string type = call.request.media_type();
  // With GET a body means nothing, as to the real one.
  if (!call.request.mutates() || type == "multipart/form-data") return;
  const auto length = parse_integer(call.request.header("Content-Length")).value_or(0);
  bool too_large = length > static_cast<std::int64_t>(max_body);
  const bool whole = !too_large && call.request.read_body([&](std::string_view piece) {
    call.body += piece;
    too_large = call.body.size() > max_body;
    return !too_large;
  });
  if (too_large) throw refusal(413, "The body is larger than 16 MiB.", validation_exception);
  if (!whole) throw refusal(400, "The body could not be read.", validation_exception);
}

void Application::scm(Call& call, const std::vector<std::string>& segments) {
  call.caller = authenticate(call);
  if (segments.size() < 3) return not_found_page(call.response);
  std::string slug = segments[2];
  if (slug.ends_with(".git")) slug.resize(slug.size() - 4);
  std::string rest;
  for (std::size_t i = 3; i < segments.size(); ++i) rest += '/' + segments[i];
  const bool writes = ScmBackend::writes(call.request, rest);
  call.caller.require(writes ? Need::write : Need::read, options_.anonymous_reads);
  const RepositoryPtr repository = catalog.repository(segments[1], slug);
  if (writes && repository->facts()->archived) {
    throw refusal(403, "The repository " + repository->facts()->name + " is archived.",
                  "com.atlassian.bitbucket.repository.RepositoryArchivedException");
  }
  scm_.answer(call.request, call.response, repository, rest, writes, call.caller.user);
}

SignedRequest Application::signed_request(const Call& call) const {
  SignedRequest out;
  out.method = call.request.method;
  out.target = call.request.target;
  // Behind a proxy a client must sign what the server takes for its address.
  const std::string& own = options_.public_url;
  out.origin = own.empty() ? "http://" + std::string(call.request.header("Host"))
                           : own.substr(0, own.find('/', own.find("://") + 3));
  out.url = out.origin + out.target;
  out.authorization = call.request.header("Authorization");
  out.content_type = call.request.header("Content-Type");
  if (call.request.media_type() == "application/x-www-form-urlencoded") out.form = call.body;
  return out;
}

Caller Application::oauth_caller(const Call& call) {
  const std::string name = provider.check(signed_request(call));
  const User user = name.empty() ? accounts.first() : accounts.find(name);
  if (!user) {
    throw OAuthRefusal{"permission_denied", {{"oauth_problem_advice", "there is no such user"}}};
  }
  return {user, "oauth"};
}

Caller Application::authenticate(const Call& call) {
  const std::string_view header = call.request.header("Authorization");
  const std::string scheme = lower(header.substr(0, header.find(' ')));
  const std::string value(detail::trim(header.substr(scheme.size())));
  if (scheme == "oauth" || (header.empty() && find_value(call.query, "oauth_signature"))) {
    return oauth_caller(call);
  }
  if (scheme == "bearer") return {accounts.check_token(value), "bearer"};
  if (scheme == "basic") {
    const std::string text = base64_decode(value).value_or("");
    const auto colon = text.find(':');
    const std::string password = colon == std::string::npos ? "" : text.substr(colon + 1);
    if (options_.block_passwords.value_or(at_least(options_.version, 10, 0)) &&
        !accounts.is_token(password)) {
      throw refusal(403, "Basic Authentication has been disabled on this instance.",
                    "com.atlassian.bitbucket.AuthorisationException");
    }
    return {accounts.check_password(text.substr(0, colon), password), "basic"};
  }
  return {};
}

void Application::refuse(HttpResponse& response, const Refusal& refusal) const {
  Json errors = Json::array();
  for (const Refusal::Entry& entry : refusal.errors) {
    Json error{{"context", entry.context.empty() ? Json() : Json(entry.context)},
               {"message", entry.message},
               {"exceptionName", entry.exception.empty() ? Json() : Json(entry.exception)}};
    if (!errors_have_context(options_)) error.erase("context");
    errors.push_back(std::move(error));
  }
  for (const auto& [name, value] : refusal.headers) response.set(name, value);
  std::erase_if(response.headers,
                [](const auto& header) { return header.first == "Content-Type"; });
  answer_json(response, {{"errors", std::move(errors)}}, refusal.status);
}

}  // namespace bitbucket::inline v0_1::testing::embedded
