#pragma once

#include <functional>
#include <memory>
#include <string>

#include <nlohmann/json.hpp>

#include "support/daemon.hpp"
#include "support/repository_builder.hpp"

namespace httplib {
class Client;
}

namespace browser_test {

/// A headless Chromium, driven by W3C WebDriver.  Each function waits up to a minute and a half
/// until the page has the element, and otherwise throws a std::runtime_error that says what was
/// missing.
class Browser {
 public:
  explicit Browser(bool javascript = true);
  ~Browser();
  Browser(const Browser&) = delete;
  Browser& operator=(const Browser&) = delete;

  void open(const std::string& url);
  [[nodiscard]] std::string url();
  [[nodiscard]] std::string title();
  /// Returns the visible text of the element that a CSS selector finds.
  [[nodiscard]] std::string text(const std::string& selector);
  /// Returns how many elements a CSS selector finds now.
  [[nodiscard]] std::size_t count(const std::string& selector);
  void click(const std::string& selector);
  /// Clicks on an element that leads to another page, and waits for that page.
  void follow(const std::string& selector);
  void follow_twice(const std::string& selector);
  /// Presses keys one after the other on the focused element.
  void press(const std::u16string& keys);
  void follow_by_key(char16_t key);
  /// Returns an attribute of the focused element.
  [[nodiscard]] std::string focused(const std::string& attribute);
  /// Returns the name and the role that a screen reader gets.
  [[nodiscard]] std::string label(const std::string& selector);
  [[nodiscard]] std::string role(const std::string& selector);
  /// Enters a frame; open() leaves it.
  void enter_frame(const std::string& selector);
  void set_attribute(const std::string& selector, const std::string& name,
                     const std::string& value);
  /// Returns by how many pixels the page is wider than a screen of this width.
  [[nodiscard]] int overflow(int width);
  /// Returns by how many pixels an element reaches below the first screen of a phone, 390 by 844.
  [[nodiscard]] int below_a_phone(const std::string& selector);
  /// Returns the text that is selected after a click on an element, for Ctrl+C.
  [[nodiscard]] std::string selected_by_click(const std::string& selector);
  /// Returns the text that Ctrl+V would paste.
  [[nodiscard]] std::string clipboard();
  /// Hides the clipboard from scripts, as on a plain HTTP page from another machine.
  void without_clipboard();
  /// Returns the distance of an element from the top of the page, in pixels.
  [[nodiscard]] int top(const std::string& selector);

 private:
  nlohmann::json ask(const std::string& method, const std::string& path,
                     const nlohmann::json& body = nlohmann::json::object());
  std::string element(const std::string& selector);
  void leave_page_by(const std::function<void()>& act);
  nlohmann::json run(const std::string& script, const nlohmann::json& arguments);
  void show_on_a_phone(int width, int height);
  void show_on_a_desktop();

  const bitbucket::test_support::TempDir home_;
  std::unique_ptr<bitbucket::test_support::Daemon> driver_;
  std::unique_ptr<httplib::Client> http_;
  std::string session_;
};

inline constexpr char16_t kTab = u'\uE004', kEnter = u'\uE007', kSpace = u' ';

}  // namespace browser_test
