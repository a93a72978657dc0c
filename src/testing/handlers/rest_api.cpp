#include "testing/handlers/rest_api.hpp"

#include <string>
#include <utility>

#include "base/trim.hpp"

namespace bitbucket::inline v0_1::testing::embedded {
namespace {

/// What a browser sends across sites without asking first.
bool browser_simple(const std::string& media_type) {
  return media_type.empty() || media_type == "text/plain" || media_type == "multipart/form-data" ||
         media_type == "application/x-www-form-urlencoded";
}

bool accepts_json(std::string_view accept) {
  if (detail::trim(accept).empty()) return true;
  const std::string text = lower(accept);
  return text.find("*/*") != std::string::npos || text.find("application/*") != std::string::npos ||
         text.find("application/json") != std::string::npos;
}

void unrouted(HttpResponse& response, int status, const std::string& reason) {
  answer_json(response,
              {{"message", "HTTP " + std::to_string(status) + ' ' + reason},
               {"status-code", status},
               {"sub-code", -1}},
              status);
}

}  // namespace

RestApi::RestApi(Services services) : services_(std::move(services)) {
  for (const auto make : {make_server, make_users, make_projects, make_repos, make_commits,
                          make_branches, make_tags, make_files, make_hooks}) {
    families_.push_back(make(services_));
  }
}

void RestApi::answer(Call& call, const PathSegments& path) {
  const std::vector<std::string>& segments = path.segments;
  const bool ours = path.verdict == PathSegments::Verdict::good && segments.size() > 3 &&
                    segments[1] == "api" && (segments[2] == "1.0" || segments[2] == "latest");
  if (!ours) return unrouted(call.response, 404, "Not Found");
  const std::vector<std::string> below(segments.begin() + 3, segments.end());
  const std::string method = call.request.method == "HEAD" ? "GET" : call.request.method;
  std::string allowed;
  for (const auto& family : families_) {
    for (const Route& route : family->routes()) {
      auto values = route.path.match(below);
      if (!values) continue;
      if (route.method == method) {
        call.path = std::move(*values);
        return run(call, *family, route);
      }
      if (!allowed.empty()) allowed += ',';
      allowed += route.method;
    }
  }
  if (allowed.empty()) return unrouted(call.response, 404, "Not Found");
  call.response.set("Allow", allowed);
  unrouted(call.response, 405, "Method Not Allowed");
}

void RestApi::run(Call& call, Family& family, const Route& route) {
  const std::string type = call.request.media_type();
  const bool mutates = call.request.mutates();
  if (mutates && browser_simple(type) &&
      !equals_ignoring_case(call.request.header("X-Atlassian-Token"), "no-check")) {
    call.response.status = 403;
    call.response.content("text/html;charset=UTF-8", "XSRF check failed");
    return;
  }
  call.caller.require(route.rules.need, services_.options.anonymous_reads);
  if (mutates && type != "application/json" && (route.rules.json_body || !call.body.empty())) {
    return unrouted(call.response, 415, "Unsupported Media Type");
  }
  if (!route.rules.any_answer && !accepts_json(call.request.header("Accept"))) {
    call.response.status = 406;
    return;
  }
  route.run(family, call);
}

}  // namespace bitbucket::inline v0_1::testing::embedded
