#include "testing/scm/scm_backend.hpp"

#include <signal.h>

#include <algorithm>
#include <mutex>
#include <utility>

#include "testing/base/refusal.hpp"
#include "testing/git/process.hpp"
#include "testing/scm/cgi.hpp"
#include "testing/webhooks/repository_events.hpp"

namespace bitbucket::inline v0_1::testing::embedded {
namespace {

constexpr std::string_view receive_pack = "git-receive-pack";

/// Returns the command and its CGI variables; nothing else of this process's environment and no
/// configuration of its user.
git::Command http_backend(const HttpRequest& request, const std::string& git_dir,
                          const std::string& sub_path, const User& user) {
  std::vector<std::string> out{"HOME=/nonexistent", "LC_ALL=C", "GIT_CONFIG_NOSYSTEM=1",
                               "GIT_CONFIG_GLOBAL=/dev/null", "GIT_OPTIONAL_LOCKS=0",
                               // A partial clone would fetch what it lacks, and so be written to.
                               "GIT_ALLOW_PROTOCOL=none", "GIT_NO_LAZY_FETCH=1",
                               "GIT_HTTP_EXPORT_ALL=1", "GIT_PROJECT_ROOT=" + git_dir,
                               "PATH_INFO=" + sub_path, "REQUEST_METHOD=" + request.method,
                               "QUERY_STRING=" + std::string(request.query()),
                               "CONTENT_TYPE=" + std::string(request.header("Content-Type")),
                               "GATEWAY_INTERFACE=CGI/1.1", "REMOTE_ADDR=127.0.0.1"};
  for (std::string& variable : git::inherited_environment()) {
    out.push_back(std::move(variable));
  }
  if (user) out.push_back("REMOTE_USER=" + user->name);
  if (const auto protocol = request.header("Git-Protocol"); !protocol.empty()) {
    out.push_back("GIT_PROTOCOL=" + std::string(protocol));
  }
  const Pairs settings{{"safe.directory", "*"},
                       {"http.receivepack", "true"},
                       {"receive.autogc", "false"},
                       {"uploadpack.allowFilter", "true"},
                       {"gc.auto", "0"},
                       {"maintenance.auto", "false"}};
  out.push_back("GIT_CONFIG_COUNT=" + std::to_string(settings.size()));
  for (std::size_t i = 0; i < settings.size(); ++i) {
    out.push_back("GIT_CONFIG_KEY_" + std::to_string(i) + '=' + settings[i].first);
    out.push_back("GIT_CONFIG_VALUE_" + std::to_string(i) + '=' + settings[i].second);
  }
  // It ends its own git when it is asked to end.
  return {{"http-backend"}, std::move(out), SIGTERM};
}

}  // namespace

bool ScmBackend::writes(const HttpRequest& request, const std::string& sub_path) {
  if (sub_path.ends_with(receive_pack)) return true;
  // Of several services git takes the last one.
  const Pairs query = parse_form(request.query()).value_or(Pairs());
  return std::any_of(query.begin(), query.end(), [](const auto& pair) {
    return pair.first == "service" && pair.second == receive_pack;
  });
}

void ScmBackend::answer(const HttpRequest& request, HttpResponse& response,
                        const RepositoryPtr& repository, const std::string& sub_path, bool writing,
                        const User& user) {
  if (sub_path != "/info/refs" && sub_path != "/git-upload-pack" &&
      sub_path != "/git-receive-pack" && sub_path != "/HEAD" &&
      !sub_path.starts_with("/objects/")) {
    throw refusal(404, "There is nothing at this address.",
                  "com.atlassian.bitbucket.NoSuchEntityException");
  }
  if (writing) static_cast<void>(repository->git.writable());
  if (sub_path == "/git-receive-pack") return push(request, response, repository, sub_path, user);
  run_cgi(http_backend(request, repository->git.git_dir().string(), sub_path, user), request,
          response, false);
}

void ScmBackend::push(const HttpRequest& request, HttpResponse& response,
                      const RepositoryPtr& repository, const std::string& sub_path,
                      const User& user) {
  std::unique_lock lock(repository->changing, std::defer_lock);
  RefSnapshot before;
  run_cgi(http_backend(request, repository->git.git_dir().string(), sub_path, user), request,
          response, true, [&] {
            lock.lock();  // only now: a slow client must not hold up the others
            before = snapshot(repository->git);
          });
  repository->git.refresh();
  const Json event = refs_changed(entities_, *repository, *user, clock_(), version_, before,
                                  snapshot(repository->git));
  if (!event.is_null()) deliveries_.publish(repository, refs_changed_event, event);
}

}  // namespace bitbucket::inline v0_1::testing::embedded
