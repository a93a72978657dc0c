#pragma once

#include <nlohmann/json_fwd.hpp>

#include <bitbucket/model/change.hpp>
#include <bitbucket/model/commit.hpp>
#include <bitbucket/model/repo.hpp>

namespace benchmarks::peer {

// From the DOM into structs, member by member.
void take(const nlohmann::json& in, bitbucket::Commit& out);
void take(const nlohmann::json& in, bitbucket::Change& out);
void take(const nlohmann::json& in, bitbucket::Repo& out);

}  // namespace benchmarks::peer
