// The addresses of the service.
#pragma once
#include <httplib.h>

#include <optional>
#include <string>

#include "service.hpp"

namespace tracker {

struct RoutesOptions {
  std::string public_url = {};                   // requests for other hosts are refused
  bitbucket::InstallationConfig suggested = {};  // what the form of the set-up shows at first
};

// Serves pages and webhooks.
class Routes {
 public:
  Routes(Service& service, RoutesOptions options);
  void add_to(httplib::Server& server);

 private:
  using Handler = void (Routes::*)(const httplib::Request&, httplib::Response&);
  httplib::Server::Handler safely(Handler handler, bool changes);
  void home(const httplib::Request& request, httplib::Response& response);
  void show_setup(const httplib::Request& request, httplib::Response& response);
  void begin_setup(const httplib::Request& request, httplib::Response& response);
  void finish_setup(const httplib::Request& request, httplib::Response& response);
  void repositories(const httplib::Request& request, httplib::Response& response);
  void attach(const httplib::Request& request, httplib::Response& response);
  void detach(const httplib::Request& request, httplib::Response& response);
  void release(const httplib::Request& request, httplib::Response& response);
  void create_release(const httplib::Request& request, httplib::Response& response);
  void issue(const httplib::Request& request, httplib::Response& response);
  void hook(const httplib::Request& request, httplib::Response& response);

  Service& service_;
  const RoutesOptions options_;
  const std::string token_;  // in every form that changes something
};

}  // namespace tracker
