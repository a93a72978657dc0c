#include "json/secrets.hpp"

#include <algorithm>
#include <array>
#include <string>

#include <nlohmann/json.hpp>

#include "base/ascii.hpp"

namespace bitbucket::inline v0_1::json {
namespace {

bool names_a_secret(std::string_view name) noexcept {
  constexpr std::array<std::string_view, 5> words = {"secret", "password", "passphrase", "token",
                                                     "privatekey"};
  return std::any_of(words.begin(), words.end(), [name](std::string_view word) {
    return detail::contains_ignoring_case(name, word);
  });
}

class Collector final : public nlohmann::json_sax<nlohmann::json> {
 public:
  std::vector<Secret> found;

  bool key(string_t& name) override {
    named_ = names_a_secret(name);
    return true;
  }
  bool string(string_t& value) override {
    if (named_) found.emplace_back(std::string_view(value));
    return true;
  }
  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool binary(binary_t&) override { return true; }
  bool start_object(std::size_t) override { return true; }
  bool end_object() override { return true; }
  bool start_array(std::size_t) override { return true; }
  bool end_array() override { return true; }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override {
    return false;
  }

 private:
  bool named_ = false;
};

}  // namespace

std::vector<Secret> secrets_in(std::string_view text) {
  Collector collector;
  nlohmann::json::sax_parse(text.begin(), text.end(), &collector);
  return std::move(collector.found);
}

}  // namespace bitbucket::inline v0_1::json
