#include <bitbucket/send.hpp>
#include <bitbucket/server_info.hpp>

#include "api/paths.hpp"
#include "http/encoding.hpp"

namespace bitbucket::inline v0_1 {

ApplicationProperties ServerInfo::application_properties() const {
  return detail::send(context_, api::application_properties);
}

std::string ServerInfo::who_am_i() const {
  const Response response =
      detail::execute(context_, detail::make_call(api::application_properties));
  const std::string_view name = response.header("X-AUSERNAME");
  return http::percent_decode(name, false).value_or(std::string(name));
}

}  // namespace bitbucket::inline v0_1
