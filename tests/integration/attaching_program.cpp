// A process that attaches or detaches a repository when it gets SIGUSR1:
// attach|detach BASE_URL FOLDER WEBHOOK_URL PROJECT/SLUG|EXTERNAL_ID
#include <signal.h>

#include <exception>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include <bitbucket/integration/repository_service.hpp>

#include "integration/file_store.hpp"

namespace {

using namespace bitbucket;

void wait_for_start() {
  sigset_t start;
  sigemptyset(&start);
  sigaddset(&start, SIGUSR1);
  ::pthread_sigmask(SIG_BLOCK, &start, nullptr);  // a signal that comes early waits
  std::cout << "ready" << std::endl;
  int got = 0;
  ::sigwait(&start, &got);
}

void run(const std::vector<std::string>& arguments) {
  const std::string &work = arguments.at(1), &base_url = arguments.at(2), &folder = arguments.at(3),
                    &webhook_url = arguments.at(4), &what = arguments.at(5);
  const RepositoryService service(
      BitbucketServer({.base_url = base_url, .credentials = BearerToken{"ann-token"}}),
      std::make_shared<test::FileRepositoryStore>(folder),
      {.base_url = base_url,
       .webhook_url = [&](const RepositoryDescription&) { return webhook_url; }});
  wait_for_start();
  if (work == "attach") {
    const AttachedRepository attached = service.attach(what);
    std::cout << "webhook " << attached.webhook.value().value << ", secret "
              << attached.webhook_secret.reveal() << '\n';
  } else {
    service.detach(what);
  }
  std::cout << "done" << std::endl;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    run({argv, argv + argc});
    return 0;
  } catch (const std::exception& error) {
    std::cout << error.what() << std::endl;
    return 1;
  }
}
