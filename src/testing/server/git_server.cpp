#include <bitbucket/testing/git_server.hpp>

#include <utility>

#include <bitbucket/error.hpp>

#include "testing/net/http_front.hpp"
#include "testing/server/application.hpp"

namespace bitbucket::inline v0_1::testing {
namespace {

using namespace embedded;

std::string checked_context(std::string context) {
  while (context.ends_with('/')) context.pop_back();
  if (!context.empty() && !context.starts_with('/')) context.insert(0, 1, '/');
  if (!acceptable_target("/" + context) || context.find_first_of("?#%;") != std::string::npos) {
    throw InvalidArgument("the context path \"" + context +
                          "\" is not a plain path such as /bitbucket");
  }
  return context;
}

GitServerOptions checked(GitServerOptions options) {
  options.context_path = checked_context(std::move(options.context_path));
  if (options.port < 0 || options.port > 65535) {
    throw InvalidArgument(std::to_string(options.port) + " is not a port");
  }
  if (options.default_limit == 0 || options.max_page_limit == 0 || options.max_commits_limit == 0) {
    throw InvalidArgument("the limits of pages must be at least 1");
  }
  if (options.delivery_timeout < std::chrono::milliseconds(1) ||
      options.delivery_timeout > std::chrono::hours(24)) {
    throw InvalidArgument("the time for a delivery must be between 1 ms and 24 h");
  }
  if (options.version.find_first_not_of("0123456789.") != std::string::npos ||
      options.version.empty()) {
    throw InvalidArgument("the version \"" + options.version + "\" is not numbers such as 8.19.0");
  }
  while (options.public_url.ends_with('/')) options.public_url.pop_back();
  const bool web =
      options.public_url.starts_with("http://") || options.public_url.starts_with("https://");
  if (!options.public_url.empty() && !web) {
    throw InvalidArgument("the public URL \"" + options.public_url +
                          "\" is not an http or https URL");
  }
  if (!options.clock) options.clock = [] { return std::chrono::system_clock::now(); };
  return options;
}

std::string origin(const GitServerOptions& options, int port) {
  std::string host = options.bind_address;
  if (host == "0.0.0.0" || host == "::") host = "localhost";
  if (host.find(':') != std::string::npos) host = '[' + host + ']';
  return "http://" + host + ':' + std::to_string(port);
}

}  // namespace

class GitServer::Impl {
 public:
  explicit Impl(GitServerOptions given)
      : options(checked(std::move(given))),
        front(options.bind_address, options.port,
              [this](HttpRequest& request, HttpResponse& response) {
                app.handle(request, response);
              }),
        base_url(origin(options, front.port()) + options.context_path),
        app(options, options.clock, options.context_path,
            options.public_url.empty() ? base_url : options.public_url) {
    if (options.users.empty())
      options.users.push_back(
          {.name = "admin", .password = "admin", .display_name = "Administrator"});
    for (const GitServerUser& user : options.users) app.accounts.add(user);
    for (const GitServerToken& token : options.tokens) app.accounts.add_token(token);
    for (const GitServerConsumer& consumer : options.consumers) add_consumer(consumer);
    front.start();
  }

  ~Impl() {
    // A test delivery or a slow receiver must not hold up the front's threads.
    app.deliveries.stop();
    front.stop();
  }

  void add_consumer(const GitServerConsumer& consumer) {
    if (!consumer.two_legged_user.empty() && !app.accounts.find(consumer.two_legged_user)) {
      throw InvalidArgument("consumer \"" + consumer.key + "\" names the unknown user \"" +
                            consumer.two_legged_user + '"');
    }
    app.provider.add_consumer(consumer);
  }

  std::string user_or_first(const std::string& name) const {
    const User user = name.empty() ? app.accounts.first() : app.accounts.find(name);
    if (!user) throw InvalidArgument("there is no user \"" + name + '"');
    return user->name;
  }

  GitServerOptions options;
  HttpFront front;
  std::string base_url;
  Application app;
};

namespace {

/// The refusals of the provider are no exceptions that users could know.
template <class F>
auto answering(F&& ask) {
  try {
    return ask();
  } catch (const OAuthRefusal& refusal) {
    throw InvalidArgument("the request token cannot be answered: " + refusal.problem);
  }
}

}  // namespace

GitServer::GitServer(GitServerOptions options)
    : impl_(std::make_unique<Impl>(std::move(options))) {}
GitServer::~GitServer() = default;

std::size_t GitServer::add_projects_folder(const std::filesystem::path& folder) {
  return impl_->app.catalog.add_folder(folder);
}
void GitServer::add_repository(const std::string& project, const std::string& slug,
                               const std::filesystem::path& path) {
  impl_->app.catalog.add(project, slug, path);
}
void GitServer::add_user(const GitServerUser& user) { impl_->app.accounts.add(user); }
void GitServer::add_token(const GitServerToken& token) { impl_->app.accounts.add_token(token); }
void GitServer::add_consumer(const GitServerConsumer& consumer) { impl_->add_consumer(consumer); }

std::string GitServer::base_url() const { return impl_->base_url; }
int GitServer::port() const noexcept { return impl_->front.port(); }

std::string GitServer::approve(const std::string& request_token, const std::string& user) {
  const std::string name = impl_->user_or_first(user);
  return answering([&] { return impl_->app.provider.approve(request_token, name).verifier; });
}
void GitServer::deny(const std::string& request_token) {
  static_cast<void>(answering([&] { return impl_->app.provider.deny(request_token); }));
}
GitServerAccessToken GitServer::issue_access_token(const std::string& consumer_key,
                                                   const std::string& user) {
  return impl_->app.provider.issue(consumer_key, impl_->user_or_first(user));
}
void GitServer::revoke_access_token(const std::string& token) { impl_->app.provider.revoke(token); }
void GitServer::clear_captcha(const std::string& user) { impl_->app.accounts.clear_captcha(user); }

void GitServer::misbehave(FaultRule rule) { impl_->app.script.add(std::move(rule)); }
void GitServer::behave() { impl_->app.script.clear(); }

bool GitServer::wait_for_deliveries(std::chrono::milliseconds timeout) {
  return impl_->app.deliveries.wait(timeout);
}
std::vector<GitServerRequest> GitServer::requests() const { return impl_->app.log.all(); }
std::size_t GitServer::request_count(std::string_view method_and_path) const {
  return impl_->app.log.count(method_and_path);
}
void GitServer::clear_requests() { impl_->app.log.clear(); }
std::uint64_t GitServer::connections() const noexcept { return impl_->front.connections(); }

}  // namespace bitbucket::inline v0_1::testing
