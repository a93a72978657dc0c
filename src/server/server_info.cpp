#include <bitbucket/server_info.hpp>

#include <bitbucket/api/server.hpp>
#include <bitbucket/detail/send.hpp>

#include "http/encoding.hpp"

namespace bitbucket::inline v0_1 {

ApplicationProperties ServerInfo::application_properties() const {
  return detail::send(context_, api::server::application_properties());
}

std::string ServerInfo::who_am_i() const {
  const Response response = detail::execute(context_, api::server::application_properties().spec());
  const std::string_view name = response.header("X-AUSERNAME");
  return http::percent_decode(name, false).value_or(std::string(name));
}

}  // namespace bitbucket::inline v0_1
