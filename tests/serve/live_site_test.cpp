#include "serve/live_site.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include "core/error.h"
#include "core/file.h"
#include "execute/fake_workloads.h"
#include "serve/metrics.h"
#include "temporary_folder.h"

namespace tandem::serve {
namespace {

using core::Json;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* token = "0123456789abcdef";
constexpr const char* hostile = "<script>alert(\"x\")</script>\n'&\\ \u202e\u05d0\u05d1 \xff";

volatile std::sig_atomic_t stop_signals = 0;

/// A study of two runs, of which one is in flight, made by this process.
class LiveSiteTest : public ::testing::Test {
 protected:
  LiveSiteTest() {
    for (const char* id : {"run-1", "run-2"}) {
      study::PlannedRun run;
      run.id = id;
      run.spec = test::fake_run({test::fake_workload("one"), test::fake_workload("two")});
      run.expected_s = 10;
      plan_.runs.push_back(run);
    }
  }

  /// This process becomes the session; run-1 is in flight.
  void begin_session() {
    lock_.emplace(folder_.path());
    writer_.session_begins(2, 0, {&plan_.runs[0], &plan_.runs[1]}, {""});
    begin_run();
  }

  void begin_run() {
    attempt_ = store_.begin_attempt("run-1");
    writer_.run_begins(0, plan_.runs[0], 1, attempt_);
    writer_.epoch_done(0, 0, 1, 4);
    writer_.started(0);
    std::ofstream(store_.attempt_folder("run-1", attempt_) / "samples.csv")
        << "t_s,cpu_time_a_s,cpu_time_b_s\n0,0,0\n1,0.5,0.25\n";
    std::ofstream(store_.attempt_folder("run-1", attempt_) / "events.jsonl")
        << R"({"t_s":1,"from":"B","event":{"type":"epoch","train_loss":0.5,"metrics":{"accuracy":0.75}}})"
        << "\n";
  }

  void end_run(const std::string& message) {
    record::RunResult result;
    result.run_id = "run-1";
    result.attempt = attempt_;
    result.spec = plan_.runs[0].spec;
    result.outcome = {record::Outcome::Status::failed, "exit_code", message, "look at the log"};
    result.ended_at = core::wall_clock_label();
    store_.finish_attempt(result);
    writer_.run_ends(0, result, 1, false);
  }

  StudyView& view() {
    if (!view_) {
      view_.emplace([this] {
        return ServedStudy{hostile,
                           folder_.path(),
                           plan_,
                           1,
                           {{"fake/one", "accuracy"}, {"fake/two", "accuracy"}},
                           {"made up", 10, 5}};
      });
    }
    return *view_;
  }
  LiveSite& site(bool reading_needs_token = false) {
    if (!site_) {
      site_.emplace(view(), LiveSite::Options{.token = token,
                                              .reading_needs_token = reading_needs_token,
                                              .hosts = {"gpu-box"}});
    }
    return *site_;
  }
  static Request get(const std::string& path) {
    return {"GET", path, "127.0.0.1:8765", "", "", ""};
  }
  static Request post_stop() {
    Request request = get("/api/stop");
    request.method = "POST";
    request.authorization = std::string("Bearer ") + token;
    return request;
  }
  unsigned status_of(const Request& request) { return site().respond(request).status; }
  std::string body_of(const std::string& path) { return *site().respond(get(path)).body; }

  test::TemporaryFolder folder_;
  record::RunStore store_{folder_.path()};
  study::Plan plan_;
  execute::SessionStateWriter writer_{folder_.path()};
  std::optional<execute::StudyLock> lock_;
  int attempt_ = 0;
  std::optional<StudyView> view_;
  std::optional<LiveSite> site_;
};

TEST_F(LiveSiteTest, ShowsARunInFlightAndThenItsFailure) {
  begin_session();
  const Json before = Json::parse(body_of("/api"));
  EXPECT_EQ(before.at("status").at("left"), 2);
  const Json& run = before.at("status").at("runs").at(0);
  EXPECT_EQ(run.at("key"), "run-1/1");
  EXPECT_EQ(run.at("activity"), "training");
  EXPECT_EQ(run.at("workloads"), Json({"fake/one", "fake/two"}));
  EXPECT_EQ(before.at("runs").at("run-1/1").at("curves").size(), 5U);

  end_run("it broke");
  view().refresh();
  const std::string events = site().changes();
  EXPECT_THAT(events, AllOf(HasSubstr("event: failures\n"), HasSubstr("it broke"),
                            HasSubstr("look at the log"), HasSubstr(R"("is_in_flight":false)")));
  EXPECT_EQ(site().changes(), "") << "nothing has changed since";
}

TEST_F(LiveSiteTest, KeepsTextThatWouldBeMarkupOrAnotherEventInsideItsDocument) {
  begin_session();
  end_run(std::string(hostile) + "\n\nevent: status\ndata: {}\n\n" + std::string(10'000, 'x'));
  const std::string events = *site().everything();
  size_t failures = 0;
  std::istringstream lines(events);
  for (std::string line; std::getline(lines, line);) {
    EXPECT_TRUE(line.empty() || line.starts_with("event: ") || line.starts_with("data: ")) << line;
    if (!line.starts_with("data: ")) continue;
    const Json data = Json::parse(line.substr(6));
    if (!data.contains("failures")) continue;
    ++failures;
    const auto message = data.at("failures").at(0).at("message").get<std::string>();
    EXPECT_THAT(message,
                AllOf(HasSubstr("<script>alert(\"x\")</script>\n'&\\"), HasSubstr("\u05d0")));
    EXPECT_GT(message.size(), 10'000U);
  }
  EXPECT_EQ(failures, 1U);
}

TEST_F(LiveSiteTest, ServesAPageThatHoldsNothingOfTheStudyAndMayLoadNothingFromElsewhere) {
  for (const char* path : {"/", "/live.js", "/live.css"}) {
    const Response response = site(/*reading_needs_token=*/true).respond(get(path));
    EXPECT_EQ(response.status, 200U) << path;
    EXPECT_THAT(*response.body, Not(HasSubstr("alert("))) << path;
    const auto policy = std::ranges::find(response.headers, "Content-Security-Policy",
                                          &std::pair<std::string, std::string>::first);
    ASSERT_NE(policy, response.headers.end());
    EXPECT_THAT(policy->second, AllOf(HasSubstr("default-src 'none'"),
                                      HasSubstr("script-src 'self'"), Not(HasSubstr("unsafe"))));
  }
}

TEST_F(LiveSiteTest, LetsReadOnlyWithTheTokenWhereOthersCanConnect) {
  site(/*reading_needs_token=*/true);
  for (const char* path : {"/api", "/events", "/metrics"}) {
    Request request = get(path);
    EXPECT_EQ(status_of(request), 401U) << path;
    request.authorization = "Bearer 0123456789abcdeF";
    EXPECT_EQ(status_of(request), 401U) << path;
    request.authorization = std::string("Bearer ") + token;
    EXPECT_EQ(status_of(request), 200U) << path;
  }
}

TEST_F(LiveSiteTest, AnswersOtherRequestsWithTheRightStatus) {
  const auto with = [](Request request, auto member, const std::string& value) {
    request.*member = value;
    return request;
  };
  EXPECT_EQ(status_of(get("/nothing")), 404U);
  EXPECT_EQ(status_of(get("/../../etc/passwd")), 404U);
  EXPECT_EQ(status_of(get("/%2e%2e/study.json")), 404U);
  EXPECT_EQ(status_of(get("/study.json")), 404U);
  EXPECT_EQ(status_of(with(get("/api"), &Request::method, "POST")), 405U);
  EXPECT_EQ(status_of(with(get("/api"), &Request::method, "BREW")), 501U);
  EXPECT_EQ(status_of(with(get("/api"), &Request::host, "")), 400U);
  EXPECT_EQ(status_of(with(get("/"), &Request::host, "evil.example")), 421U);
  EXPECT_EQ(status_of(with(get("/"), &Request::host, "gpu-box:1")), 200U);
  EXPECT_EQ(status_of(with(get("/events"), &Request::method, "HEAD")), 200U);
}

TEST_F(LiveSiteTest, StopsTheSessionOnlyForAPostWithTheTokenFromNoOtherSite) {
  begin_session();
  struct sigaction action {
  }, before{};
  action.sa_handler = [](int) { stop_signals = stop_signals + 1; };
  ::sigaction(SIGUSR1, &action, &before);
  stop_signals = 0;

  Request request = post_stop();
  request.method = "GET";
  EXPECT_EQ(status_of(request), 405U);
  request = post_stop();
  request.authorization = "";
  EXPECT_EQ(status_of(request), 403U);
  request.authorization = "Bearer 0123456789abcdeg";
  EXPECT_EQ(status_of(request), 403U);
  request = post_stop();
  request.origin = "http://evil.example";
  EXPECT_EQ(status_of(request), 403U);
  request = post_stop();
  request.fetch_site = "cross-site";
  EXPECT_EQ(status_of(request), 403U);
  request = post_stop();
  request.host = "evil.example";
  EXPECT_EQ(status_of(request), 421U);
  for (const char* path : {"/", "/api", "/events", "/metrics", "/api/stop"})
    site().respond(get(path));
  EXPECT_EQ(stop_signals, 0);

  request = post_stop();
  request.origin = "http://127.0.0.1:8765";
  const Response response = site().respond(request);
  EXPECT_EQ(response.status, 202U);
  EXPECT_THAT(*response.body, HasSubstr("after the run in flight"));
  EXPECT_EQ(stop_signals, 1);
  ::sigaction(SIGUSR1, &before, nullptr);
}

TEST_F(LiveSiteTest, SaysWhenThereIsNoSessionToStop) {
  const Response response = site().respond(post_stop());
  EXPECT_EQ(response.status, 409U);
  EXPECT_THAT(*response.body, HasSubstr("no session works on the study"));
}

TEST_F(LiveSiteTest, TakesUpAPlanThatASessionHasMadeAnew) {
  EXPECT_EQ(Json::parse(body_of("/api")).at("status").at("planned"), 2);
  study::PlannedRun run = plan_.runs[0];
  run.id = "run-3";
  plan_.runs.push_back(run);
  folder_.write("plan.json", "{}");
  view().refresh();
  EXPECT_THAT(site().changes(), HasSubstr(R"("planned":3)"));
}

TEST_F(LiveSiteTest, KeepsWhatItKnowsWhenSomethingCantBeReadAndSaysSo) {
  begin_session();
  end_run("it broke");
  view().refresh();
  bool is_broken = false;
  StudyView other([&]() -> ServedStudy {
    if (is_broken) throw core::UserError("study.json: in the middle of being written");
    return {"made up", folder_.path(), plan_, 1, {}, {"made up", 10, 5}};
  });
  is_broken = true;
  folder_.write("plan.json", "{}");
  other.refresh();
  EXPECT_THAT(other.changes(), AllOf(HasSubstr(R"("planned":2)"), HasSubstr("it broke"),
                                     HasSubstr("in the middle of being written")));
  is_broken = false;
  other.refresh();
  EXPECT_THAT(other.changes(), Not(HasSubstr("in the middle of being written")));
}

TEST_F(LiveSiteTest, ChangesNothingInTheStudysFolder) {
  begin_session();
  const auto content = [&] {
    std::map<std::string, std::string> files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_.path())) {
      if (entry.is_regular_file()) files[entry.path()] = core::read_file(entry.path());
    }
    return files;
  };
  const auto before = content();
  for (const char* path : {"/", "/api", "/events", "/metrics"}) site().respond(get(path));
  site().everything();
  view().refresh();
  site().changes();
  EXPECT_EQ(content(), before);
}

/// The names in the first column of the page's table of metrics.
std::set<std::string> documented_metrics() {
  const std::string page =
      core::read_file(std::filesystem::path(TANDEM_DOCS_FOLDER) / "live-page.md");
  const std::regex row(R"(\n\| `(tandem_\w+)`)");
  std::set<std::string> names;
  for (std::sregex_iterator match(page.begin(), page.end(), row), end; match != end; ++match) {
    names.insert((*match)[1]);
  }
  return names;
}

TEST_F(LiveSiteTest, SaysTheMetricsThatItsPageDocuments) {
  begin_session();
  end_run("it broke");
  begin_run();
  const std::string text = body_of("/metrics");
  std::set<std::string> declared, said;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("# TYPE ")) declared.insert(line.substr(7, line.find(' ', 7) - 7));
    if (!line.starts_with('#')) said.insert(line.substr(0, line.find('{')));
  }
  EXPECT_EQ(declared, documented_metrics());
  // No run has ended well, so that there is no energy yet.
  std::set<std::string> all = declared;
  all.erase("tandem_energy_joules");
  EXPECT_EQ(said, all);
  EXPECT_TRUE(text.ends_with("# EOF\n"));
}

TEST_F(LiveSiteTest, EscapesTheLabelsOfItsMetrics) {
  const std::string text = body_of("/metrics");
  EXPECT_THAT(text,
              HasSubstr(R"(tandem_runs_planned{study="<script>alert(\"x\")</script>\n'&\\ )"));
  EXPECT_THAT(text, Not(HasSubstr("\xff")));
}

TEST_F(LiveSiteTest, DescribesEveryPathOnItsPage) {
  const std::string page =
      core::read_file(std::filesystem::path(TANDEM_DOCS_FOLDER) / "live-page.md");
  for (const char* path :
       {"`GET /`", "`GET /events`", "`GET /api`", "`GET /metrics`", "`POST /api/stop`"}) {
    EXPECT_THAT(page, HasSubstr(path));
  }
  begin_session();
  const Json document = Json::parse(body_of("/api"));
  for (const auto& [name, value] : document.at("status").items()) {
    EXPECT_THAT(page, HasSubstr("`" + name + "`"));
  }
  for (const auto& [name, value] : document.at("status").at("runs").at(0).items()) {
    EXPECT_THAT(page, HasSubstr("`" + name + "`"));
  }
}

}  // namespace
}  // namespace tandem::serve
