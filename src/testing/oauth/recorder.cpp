#include "testing/oauth/recorder.hpp"

#include <unistd.h>

#include <atomic>
#include <stdexcept>

#include <nlohmann/json.hpp>

namespace bitbucket::inline v0_1::testing::embedded {

Recorder::Recorder(const std::filesystem::path& folder) {
  if (folder.empty()) return;
  static std::atomic<unsigned> servers{0};
  std::error_code ignored;
  std::filesystem::create_directories(folder, ignored);
  const auto path = folder / ("signed-" + std::to_string(::getpid()) + "-" +
                              std::to_string(++servers) + ".jsonl");
  file_.open(path, std::ios::app | std::ios::binary);
  if (!file_) throw std::runtime_error("cannot write signed requests to " + path.string());
}

void Recorder::record(const SignedRequest& request, const std::string& public_key) {
  if (!file_.is_open()) return;
  nlohmann::ordered_json line{{"method", request.method},
                              {"url", request.url},
                              {"authorization", request.authorization},
                              {"content_type", request.content_type}};
  if (!request.form.empty()) line["body"] = request.form;
  line["public_key"] = public_key;
  line["rsa"] = true;
  const std::string text =
      line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + '\n';
  const std::scoped_lock lock(mutex_);
  file_ << text << std::flush;
}

}  // namespace bitbucket::inline v0_1::testing::embedded
