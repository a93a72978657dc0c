#include <algorithm>
#include <string>

#include "testing/handlers/family.hpp"

namespace bitbucket::inline v0_1::testing::embedded {
namespace {

/// The server itself.
class Server final : public Family {
 public:
  using Family::Family;
  [[nodiscard]] std::span<const Route> routes() const override;

 private:
  void application_properties(Call& call);
};

std::span<const Route> Server::routes() const {
  static const Route all[] = {
      route<&Server::application_properties>("GET", "application-properties",
                                             {.need = Need::nothing}),
  };
  return all;
}

/// "8.19.3" -> "8019003", as build numbers are made.
std::string build_number(const std::string& version) {
  std::string out;
  for (const std::string& part : split(version, '.')) {
    out += out.empty() ? part : std::string(3 - std::min<std::size_t>(3, part.size()), '0') + part;
  }
  return out;
}

void Server::application_properties(Call& call) {
  answer_json(call.response, {{"version", services_.options.version},
                              {"buildNumber", build_number(services_.options.version)},
                              {"buildDate", "1714521600000"},
                              {"displayName", "Bitbucket"}});
}

}  // namespace

std::unique_ptr<Family> make_server(Services& services) {
  return std::make_unique<Server>(services);
}

}  // namespace bitbucket::inline v0_1::testing::embedded
