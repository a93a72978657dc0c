#include "browser/browser.hpp"

#include <httplib.h>

#include <stdexcept>

namespace browser_test {
namespace {

using nlohmann::json;

constexpr const char* kElement = "element-6066-11e4-a52e-4f735466cecf";  // as the standard says
constexpr int kPatience = 90'000;                                        // milliseconds

json capabilities(bool javascript, const std::filesystem::path& home) {
  // The pipe ends Chromium together with its driver, however the driver ends.
  json arguments{"--headless",
                 "--no-sandbox",
                 "--disable-gpu",
                 "--disable-quic",
                 "--disable-dev-shm-usage",
                 "--disable-background-networking",
                 "--disable-component-update",
                 "--disable-sync",
                 "--no-first-run",
                 "--no-proxy-server",
                 "--remote-debugging-pipe",
                 "--user-data-dir=" + (home / "profile").string()};
  json options{{"binary", BITBUCKET_CHROMIUM}, {"args", std::move(arguments)}};
  if (!javascript) options["prefs"] = {{"profile.managed_default_content_settings.javascript", 2}};
  return {{"capabilities",
           {{"alwaysMatch",
             {{"browserName", "chrome"},
              {"timeouts", {{"implicit", kPatience}, {"pageLoad", kPatience}}},
              {"goog:chromeOptions", std::move(options)}}}}}};
}

json sequence(const std::string& type, json actions) {
  return {{"actions", {{{"type", type}, {"id", type}, {"actions", std::move(actions)}}}}};
}

std::string utf8(char16_t c) {
  if (c < 0x80) return {static_cast<char>(c)};
  return {static_cast<char>(0xE0 | (c >> 12)), static_cast<char>(0x80 | ((c >> 6) & 0x3F)),
          static_cast<char>(0x80 | (c & 0x3F))};
}

}  // namespace

Browser::Browser(bool javascript) {
  const std::string home = home_.path().string();
  const std::string ready = "started successfully on port ";
  driver_ = std::make_unique<bitbucket::test_support::Daemon>(
      std::vector<std::string>{"env", "HOME=" + home, "TMPDIR=" + home, "XDG_CONFIG_HOME=" + home,
                               "XDG_CACHE_HOME=" + home, BITBUCKET_CHROMEDRIVER, "--port=0"},
      ready);
  // The number may arrive a moment after the text before it.
  driver_->wait_for(".\n");
  const std::string output = driver_->output();
  const int port = std::stoi(output.substr(output.find(ready) + ready.size()));
  http_ = std::make_unique<httplib::Client>("127.0.0.1", port);
  http_->set_read_timeout(std::chrono::milliseconds(kPatience + 30'000));
  session_ = ask("POST", "/session", capabilities(javascript, home_.path()))["sessionId"];
}

Browser::~Browser() {
  if (!session_.empty()) http_->Delete("/session/" + session_);
}

json Browser::ask(const std::string& method, const std::string& path, const json& body) {
  const std::string target = session_.empty() ? path : "/session/" + session_ + path;
  const httplib::Result answer =
      method == "GET" ? http_->Get(target) : http_->Post(target, body.dump(), "application/json");
  if (!answer) throw std::runtime_error("chromedriver gave no answer to " + target);
  json value = json::parse(answer->body)["value"];
  if (answer->status == 200) return value;
  throw std::runtime_error(target + ' ' + body.dump() + ": " + value["message"].get<std::string>());
}

json Browser::run(const std::string& script, const json& arguments) {
  return ask("POST", "/execute/sync", {{"script", script}, {"args", arguments}});
}

std::string Browser::element(const std::string& selector) {
  return ask("POST", "/element", {{"using", "css selector"}, {"value", selector}})[kElement];
}

void Browser::open(const std::string& url) {
  ask("POST", "/frame", {{"id", nullptr}});
  ask("POST", "/url", {{"url", url}});
}

std::string Browser::url() { return ask("GET", "/url"); }
std::string Browser::title() { return ask("GET", "/title"); }

std::string Browser::text(const std::string& selector) {
  return ask("GET", "/element/" + element(selector) + "/text");
}

std::size_t Browser::count(const std::string& selector) {
  ask("POST", "/timeouts", {{"implicit", 0}});
  const json found = ask("POST", "/elements", {{"using", "css selector"}, {"value", selector}});
  ask("POST", "/timeouts", {{"implicit", kPatience}});
  return found.size();
}

void Browser::click(const std::string& selector) {
  ask("POST", "/element/" + element(selector) + "/click");
}

/// A click returns before the new page has loaded, and until then the old page answers.
void Browser::leave_page_by(const std::function<void()>& act) {
  const std::string old_page = element("html");
  act();
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(kPatience);
  while (std::chrono::steady_clock::now() < deadline) {
    const auto answer = http_->Get("/session/" + session_ + "/element/" + old_page + "/name");
    if (!answer || answer->status != 200) return;
  }
  throw std::runtime_error("no other page came after " + url());
}

void Browser::follow(const std::string& selector) {
  leave_page_by([&] { click(selector); });
}

void Browser::follow_by_key(char16_t key) {
  leave_page_by([&] { press({key}); });
}

void Browser::follow_twice(const std::string& selector) {
  const json down{{"type", "pointerDown"}, {"button", 0}}, up{{"type", "pointerUp"}, {"button", 0}};
  const json move{
      {"type", "pointerMove"}, {"x", 0}, {"y", 0}, {"origin", {{kElement, element(selector)}}}};
  leave_page_by([&] { ask("POST", "/actions", sequence("pointer", {move, down, up, down, up})); });
}

void Browser::press(const std::u16string& keys) {
  json actions = json::array();
  for (const char16_t key : keys) {
    actions.push_back({{"type", "keyDown"}, {"value", utf8(key)}});
    actions.push_back({{"type", "keyUp"}, {"value", utf8(key)}});
  }
  ask("POST", "/actions", sequence("key", std::move(actions)));
}

std::string Browser::focused(const std::string& attribute) {
  const std::string id = ask("GET", "/element/active")[kElement];
  const json value = ask("GET", "/element/" + id + "/attribute/" + attribute);
  return value.is_string() ? value.get<std::string>() : "";
}

std::string Browser::label(const std::string& selector) {
  return ask("GET", "/element/" + element(selector) + "/computedlabel");
}

std::string Browser::role(const std::string& selector) {
  return ask("GET", "/element/" + element(selector) + "/computedrole");
}

void Browser::enter_frame(const std::string& selector) {
  ask("POST", "/frame", {{"id", {{kElement, element(selector)}}}});
}

void Browser::set_attribute(const std::string& selector, const std::string& name,
                            const std::string& value) {
  run("document.querySelector(arguments[0]).setAttribute(arguments[1], arguments[2])",
      {selector, name, value});
}

void Browser::show_on_a_phone(int width, int height) {
  ask("POST", "/goog/cdp/execute",
      {{"cmd", "Emulation.setDeviceMetricsOverride"},
       {"params",
        {{"width", width}, {"height", height}, {"deviceScaleFactor", 2}, {"mobile", true}}}});
}

void Browser::show_on_a_desktop() {
  ask("POST", "/goog/cdp/execute",
      {{"cmd", "Emulation.clearDeviceMetricsOverride"}, {"params", json::object()}});
}

int Browser::overflow(int width) {
  show_on_a_phone(width, 800);
  const int more =
      run("return document.documentElement.scrollWidth", json::array()).get<int>() - width;
  show_on_a_desktop();
  return more;
}

int Browser::below_a_phone(const std::string& selector) {
  constexpr int height = 844;
  show_on_a_phone(390, height);
  const json bottom =
      run("return Math.ceil(document.querySelector(arguments[0]).getBoundingClientRect().bottom)",
          {selector});
  show_on_a_desktop();
  return bottom.get<int>() - height;
}

int Browser::top(const std::string& selector) {
  return run("return Math.floor(document.querySelector(arguments[0]).getBoundingClientRect().top)",
             {selector});
}

std::string Browser::clipboard() {
  ask("POST", "/permissions", {{"descriptor", {{"name", "clipboard-read"}}}, {"state", "granted"}});
  return ask(
      "POST", "/execute/async",
      {{"script", "navigator.clipboard.readText().then(arguments[0])"}, {"args", json::array()}});
}

void Browser::without_clipboard() {
  run("Object.defineProperty(navigator, 'clipboard', {value: undefined})", json::array());
}

std::string Browser::selected_by_click(const std::string& selector) {
  click(selector);
  return run("return String(document.getSelection())", json::array());
}

}  // namespace browser_test
