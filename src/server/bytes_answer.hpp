#pragma once

#include <string_view>

#include <bitbucket/transport.hpp>

#include "engine/product.hpp"

// Decides whether a 2xx answer is the requested bytes; docs/errors.md has the rule.
namespace bitbucket::inline v0_1::server {

/// Returns what is wrong with the head.  `decoded` says whether the transport undoes encodings.
detail::BytesFault find_fault(const Response& head, bool decoded) noexcept;
/// True for HTML without a sign that it is a file or that the server has recognised the user.
bool may_be_login_page(const Response& head) noexcept;
/// True when the page has a form for a password, or a form that leads to one.
bool holds_login_form(std::string_view page);

}  // namespace bitbucket::inline v0_1::server
