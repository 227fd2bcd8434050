#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/clock.h"
#include "serve/http_server.h"
#include "serve/study_view.h"

namespace tandem::serve {

/// The live page of a study: its files, its events, `/api`, `/metrics` and the one request that
/// changes something, `POST /api/stop`. docs/live-page.md describes them.
class LiveSite : public Site {
 public:
  struct Options {
    std::string token;
    bool reading_needs_token = false;  ///< where others than this machine can connect
    std::vector<std::string> hosts;    ///< names of this server besides IP addresses and localhost
    /// How many pages follow, and how many were too slow.
    std::function<std::pair<size_t, size_t>()> streams = [] { return std::pair<size_t, size_t>(); };
  };
  /// The view must live as long.
  LiveSite(StudyView& view, Options options);

  Response respond(const Request& request) override;
  SharedText everything() override;
  std::string changes() override;

 private:
  void refresh_if_old();
  Response stop(const Request& request);
  bool has_token(const Request& request) const;

  StudyView& view_;
  Options options_;
  core::Time refreshed_at_;
  double refresh_took_s_ = 0;
  SharedText everything_, document_, metrics_;  ///< made when asked for, of the last refresh
};

}  // namespace tandem::serve
