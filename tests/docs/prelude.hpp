#pragma once
// What the snippets of README.md and docs/ take for granted: the headers, and a few names.
#include <nlohmann/json.hpp>

#include <bitbucket/nlohmann_codec.hpp>
#include <bitbucket/oauth1.hpp>
#include <bitbucket/server.hpp>
#include <bitbucket/setup.hpp>
#include <bitbucket/testing/fake_transport.hpp>
#include <bitbucket/testing/git_server.hpp>

#include <chrono>
#include <iostream>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

using namespace std::chrono_literals;

extern const bitbucket::BitbucketServer client;
extern bitbucket::ClientOptions options;
extern bitbucket::testing::GitServer git_server;
extern const bitbucket::RepoRef repo;
extern const std::string url, token, verifier;
extern const bitbucket::Secret pem;
extern const std::vector<bitbucket::Repo> items;
