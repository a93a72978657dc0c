#include "testing/oauth/pages.hpp"

#include "testing/text.hpp"

namespace bitbucket::embedded {
namespace {

constexpr const char* kStyle =
    "body{font:16px/1.5 system-ui,sans-serif;margin:3em auto;max-width:34em;padding:0 "
    "1em;color:#172b4d}"
    "button{font:inherit;padding:.4em 1.2em;margin-right:.6em}code{font-size:1.3em}";

std::string page(const std::string& title, const std::string& content) {
  return "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n<title>" +
         html_escape(title) + "</title>\n<style>" + kStyle + "</style></head>\n<body>\n<h1>" +
         html_escape(title) + "</h1>\n" + content + "</body></html>\n";
}

std::string hidden(const std::string& name, const std::string& value) {
  return "<input type=\"hidden\" name=\"" + name + "\" value=\"" + html_escape(value) + "\">\n";
}

/// Who approves: whoever signed in, else anybody this test server knows.
std::string user_field(const std::vector<User>& users, const User& signed_in) {
  if (signed_in) {
    return "<p>You are signed in as <strong id=\"user\">" + html_escape(signed_in->display_name) +
           "</strong>.</p>\n" + hidden("user", signed_in->name);
  }
  std::string out = "<p><label>You are <select id=\"user\" name=\"user\">";
  for (const User& user : users) {
    out += "<option value=\"" + html_escape(user->name) + "\">" + html_escape(user->display_name) +
           "</option>";
  }
  return out + "</select></label></p>\n";
}

}  // namespace

std::string approve_page(const PendingToken& token, const std::vector<User>& users,
                         const User& signed_in, const std::string& action,
                         const std::string& callback) {
  std::string content = "<p>The application <strong id=\"application\">" +
                        html_escape(token.consumer_name) + "</strong> (consumer key <code>" +
                        html_escape(token.consumer_key) +
                        "</code>) would like to act in your name: to read and change everything in "
                        "Bitbucket that you "
                        "may read and change.</p>\n<form method=\"post\" action=\"" +
                        html_escape(action) + "\">\n" + hidden("oauth_token", token.token) +
                        hidden("form_token", token.form_token);
  if (!callback.empty()) content += hidden("oauth_callback", callback);
  content += user_field(users, signed_in) +
             "<p><button type=\"submit\" name=\"answer\" value=\"allow\">Allow</button>"
             "<button type=\"submit\" name=\"answer\" value=\"deny\">Deny</button></p>\n</form>\n";
  return page("Authorize " + token.consumer_name, content);
}

std::string verifier_page(const AnsweredToken& answer) {
  return page("Access approved",
              "<p>Give this verification code to the application:</p>\n<p><code id=\"verifier\">" +
                  html_escape(answer.verifier) + "</code></p>\n");
}

std::string denied_page() {
  return page("Access denied", "<p id=\"denied\">The application was given no access.</p>\n");
}

std::string problem_page(const std::string& title, const std::string& text) {
  return page(title, "<p>" + html_escape(text) + "</p>\n");
}

}  // namespace bitbucket::embedded
