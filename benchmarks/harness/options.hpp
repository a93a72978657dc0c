#pragma once

#include <string>

namespace benchmarks {

/// The options of all programs that run a workload.
struct Options {
  std::string workload;  ///< get, walk, fanout or changes
  std::string base_url;
  std::string consumer_key;
  std::string private_key;  ///< the text of the file
  std::string access_token;
  std::string access_token_secret;
  std::string ca_file;
  std::string project, slug;
  std::string repo_prefix = "r";
  int repos = 1000;
  int count = 0;  ///< 2000 for get and changes, 25 for fanout; walk reads all rows
  int page_size = 1000;
  int in_flight = 1;
  int concurrency = 32;
  bool checksum = true;
  bool compression = false;  ///< asks for gzip
  bool sign_ahead = false;   ///< only the limit program: signs the next request while it waits
  bool bearer = false;       ///< the token itself instead of signatures
  int loops = 1;             ///< only the limit program: event loops that share the work
  bool threads = false;      ///< only the limit program: a thread for each item under way
};

/// Ends the program with the usage when the arguments are wrong.
Options parse_options(int argc, char** argv);

/// Returns the content of a file; ends the program when it cannot be read.
std::string content_of(const std::string& path);

}  // namespace benchmarks
