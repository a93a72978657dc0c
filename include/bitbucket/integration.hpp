#pragma once

// Everything of the target bitbucket::integration.
#include <bitbucket/integration/breakage.hpp>
#include <bitbucket/integration/commit_source.hpp>
#include <bitbucket/integration/installation.hpp>
#include <bitbucket/integration/repository_service.hpp>
#include <bitbucket/integration/setup_flow.hpp>
#include <bitbucket/integration/source_links.hpp>
