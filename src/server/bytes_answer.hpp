#pragma once

#include <string_view>

#include <bitbucket/transport.hpp>

#include "engine/product.hpp"

// Whether a 2xx answer is the bytes that were asked for; docs/errors.md has the rule.
namespace bitbucket::inline v0_1::server {

/// What the head shows.  `decoded`: the transport was told to undo encodings.
detail::BytesFault find_fault(const Response& head, bool decoded) noexcept;
/// HTML of which nothing says that it is a file, or that the server knows who asks.
bool may_be_login_page(const Response& head) noexcept;
/// The page has a form for a password, or one that leads to a place where one is asked for.
bool holds_login_form(std::string_view page);

}  // namespace bitbucket::inline v0_1::server
