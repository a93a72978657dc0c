#include "testing/oauth/pages.hpp"

#include "testing/base/text.hpp"

namespace bitbucket::inline v0_1::testing::embedded {
namespace {

constexpr const char* style_sheet = R"(
*{box-sizing:border-box}
body{font:1.125rem/1.5 system-ui,sans-serif;margin:0 auto;max-width:36rem;padding:2rem 1.25rem;
color:#172b4d;background:#fff;overflow-wrap:anywhere}
h1{font-size:1.6rem;line-height:1.25;margin:0 0 1rem}
a{color:#0747a6}
dl{margin:0 0 1rem}dt{color:#42526e;font-size:1rem}dd{margin:0 0 .75rem;font-weight:600}
code{font-family:ui-monospace,monospace}
label{display:block;margin-bottom:.25rem}
select,button{font:inherit;min-height:3rem;border-radius:.25rem}
select{width:100%;padding:.5rem;border:1px solid #42526e;background:#fff;color:inherit}
.answers{display:flex;flex-wrap:wrap;gap:.75rem;margin:1.5rem 0}
button{flex:1 1 8rem;padding:.5rem 1.25rem;cursor:pointer;border:2px solid #0747a6}
button[value=allow],#copy{background:#0747a6;color:#fff}
button[value=deny]{background:#fff;color:#0747a6}
:focus-visible{outline:3px solid #b35900;outline-offset:2px}
#verifier{display:block;font-size:1.6rem;line-height:1.5;padding:.75rem 1rem;border:1px solid #42526e;
border-radius:.25rem;background:#f4f5f7;user-select:all;-webkit-user-select:all}
.note{color:#42526e;font-size:1rem}
#test-server{margin:0 0 1.5rem;padding:.5rem .75rem;border-left:.25rem solid #b35900;background:#fff7e6}
#copy{width:100%}#copy[hidden]{display:none}
)";

constexpr const char* after_the_code = R"(
<p><button type="button" id="copy" hidden>Copy the code</button></p>
<p id="copied" role="status"></p>
<p id="back">Go back to the terminal (or the window) where the application waits, paste the code there and
press Enter.</p>
<p class="note">The code works once, for this application only. Then you can close this page.</p>
)";

// A page that is not on https or this machine has no navigator.clipboard; the old command copies
// what is selected.  The button is there only where this script runs.
constexpr std::string_view copy_script = R"(
const code = document.getElementById('verifier');
const button = document.getElementById('copy');
const status = document.getElementById('copied');
function select() {
  document.getSelection().selectAllChildren(code);
  return document.execCommand('copy');
}
button.hidden = false;
button.addEventListener('click', async () => {
  status.textContent = '';
  let copied = true;
  try {
    await navigator.clipboard.writeText(code.textContent);
  } catch {
    copied = select();
  }
  status.textContent =
      copied ? 'Copied.' : 'The code is selected. Copy it with Ctrl+C or from the menu.';
});
)";

std::string page(const std::string& title, const std::string& content) {
  return "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>" +
         html_escape(title) + " - Bitbucket</title>\n<style>" + style_sheet +
         "</style>\n</head>\n<body>\n<main>\n<p id=\"test-server\">This is a server for tests, not "
         "a real Bitbucket.</p>\n<h1>" +
         html_escape(title) + "</h1>\n" + content + "</main>\n</body>\n</html>\n";
}

std::string hidden(const std::string& name, const std::string& value) {
  return "<input type=\"hidden\" name=\"" + name + "\" value=\"" + html_escape(value) + "\">\n";
}

std::string strong(const std::string& id, const std::string& text) {
  return "<strong id=\"" + id + "\">" + html_escape(text) + "</strong>";
}

/// Who approves: whoever signed in, else anybody this test server knows.
std::string user_field(const Question& question) {
  if (const User& user = question.signed_in) {
    return "<p>You are signed in as " + strong("user", user->display_name) + ".</p>\n" +
           hidden("user", user->name);
  }
  std::string out =
      "<p><label for=\"user\">Who are you?</label>\n"
      "<select id=\"user\" name=\"user\" aria-describedby=\"no-password\">\n";
  for (const User& user : question.users) {
    const std::string name = html_escape(user->name);
    const std::string shown = html_escape(user->display_name);
    out += "<option value=\"" + name + "\">" + shown +
           (user->display_name == user->name ? "" : " (" + name + ")") + "</option>\n";
  }
  return out +
         "</select></p>\n<p class=\"note\" id=\"no-password\">Nobody has to sign in here.</p>\n";
}

/// The application, and its key if that says more.
std::string who_asks(const PendingToken& token) {
  std::string out = "<dl>\n<dt>Application</dt><dd id=\"application\">" +
                    html_escape(token.consumer_name) + "</dd>\n";
  if (token.consumer_key != token.consumer_name) {
    out += "<dt>Consumer key</dt><dd><code id=\"consumer\">" + html_escape(token.consumer_key) +
           "</code></dd>\n";
  }
  return out + "</dl>\n";
}

std::string where_it_ends(const Question& question) {
  const std::string name = html_escape(question.token.consumer_name);
  if (question.callback.empty()) {
    return "If you allow it, you are shown a code to enter in " + name + '.';
  }
  const auto host = question.callback.find("://") + 3;
  const std::string origin =
      question.callback.substr(0, question.callback.find_first_of("/?#", host));
  return "Either way you return to <span id=\"callback\">" + html_escape(origin) + "</span>.";
}

}  // namespace

std::string approve_page(const Question& question) {
  const PendingToken& token = question.token;
  std::string content =
      who_asks(token) +
      "<p>It will be able to do in your name what you can do yourself:</p>\n"
      "<ul>\n<li>read the projects, repositories and commits you may read</li>\n"
      "<li>change what you may change: push commits, register webhooks, alter settings</li>\n"
      "</ul>\n<p>It never learns your password.</p>\n"
      "<form method=\"post\" action=\"" +
      html_escape(question.action) + "\">\n" + hidden("oauth_token", token.token) +
      hidden("form_token", token.form_token);
  if (!question.fallback.empty()) content += hidden("oauth_callback", question.fallback);
  content += user_field(question) +
             "<p class=\"answers\"><button type=\"submit\" name=\"answer\" value=\"allow\">Allow"
             "</button>\n<button type=\"submit\" name=\"answer\" value=\"deny\">Deny</button></p>\n"
             "<p class=\"note\">" +
             where_it_ends(question) + "</p>\n</form>\n";
  return page("Allow " + token.consumer_name + " to use Bitbucket as you?", content);
}

std::string verifier_page(const AnsweredToken& answer) {
  return page("Access allowed", "<p id=\"how\">Enter this code in " +
                                    strong("application", answer.consumer_name) +
                                    ":</p>\n<p><code id=\"verifier\">" +
                                    html_escape(answer.verifier) + "</code></p>" + after_the_code +
                                    "<script>" + std::string(copy_script) + "</script>\n");
}

std::string_view verifier_script() { return copy_script; }

std::string denied_page(const AnsweredToken& answer) {
  return page("Access denied", "<p id=\"denied\">You gave " +
                                   strong("application", answer.consumer_name) +
                                   " no access.</p>\n<p>You can close this page. If you changed "
                                   "your mind, start again in the application.</p>\n");
}

std::string problem_page(const std::string& title, const std::string& text,
                         const std::string& back) {
  std::string content = "<p id=\"problem\">" + html_escape(text) + "</p>\n";
  if (!back.empty()) content += "<p><a href=\"" + html_escape(back) + "\">Try again</a></p>\n";
  return page(title, content);
}

}  // namespace bitbucket::inline v0_1::testing::embedded
