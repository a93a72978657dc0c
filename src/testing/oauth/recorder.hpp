#pragma once

#include <filesystem>
#include <fstream>
#include <mutex>
#include <string>

#include "testing/oauth/signed_request.hpp"

namespace bitbucket::inline v0_1::testing::embedded {

/// Writes down requests whose signature was found right, so that another implementation can judge
/// them: one JSON object a line.
class Recorder {
 public:
  /// An empty folder records nothing.  Throws std::runtime_error when it cannot be written.
  explicit Recorder(const std::filesystem::path& folder);
  void record(const SignedRequest& request, const std::string& public_key);

 private:
  std::mutex mutex_;
  std::ofstream file_;
};

}  // namespace bitbucket::inline v0_1::testing::embedded
