#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include <bitbucket/integration/installation.hpp>
#include <bitbucket/setup.hpp>

namespace bitbucket::inline v0_1::integration {

/// What the third leg must know of the first.
struct SetupState {
  InstallationConfig config;
  RequestToken request;
  std::chrono::sys_seconds expires;
};

/// Returns a text without characters that need quoting in databases, cookies and environments.
std::string write_state(const SetupState& state, const Sealer& sealer);

/// Reads what write_state() returned.  Throws SetupError when a byte of it was changed, whatever
/// `unseal` notices.
SetupState read_state(std::string_view text, const Sealer& sealer);

}  // namespace bitbucket::inline v0_1::integration
