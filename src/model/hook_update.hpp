#pragma once

#include <string>

#include <bitbucket/json.hpp>
#include <bitbucket/model/hook.hpp>

namespace bitbucket::inline v0_1::json {

/// Returns the body of the PUT that changes `current`, a webhook as the server shows it, by what
/// `update` names.  Members this library does not know survive, because the server replaces the
/// whole webhook.  Throws InvalidArgument when something is to be kept that the server hides.
RawJson updated_hook(const RawJson& current, const HookUpdate& update);

}  // namespace bitbucket::inline v0_1::json
