#include "data/made_up_programs.h"

#include <fmt/format.h>

#include <utility>

#include "data/fixed_random.h"
#include "data/java_tree.h"

namespace tandem::trainers {
namespace {

constexpr std::uint64_t programs_seed = 20250426;
constexpr std::size_t test_every = 4;

/// Writes one program: the choices that two authors would make differently.
class Author {
 public:
  explicit Author(FixedRandom& random) : random_(random) {
    const std::vector<std::vector<std::string>> names{{"a", "values", "numbers", "data", "arr"},
                                                      {"n", "size", "count", "len"},
                                                      {"i", "idx", "p", "k"},
                                                      {"j", "other", "q", "m"},
                                                      {"result", "res", "answer", "out"},
                                                      {"tmp", "t", "swap", "hold"},
                                                      {"left", "lo", "begin", "from"},
                                                      {"right", "hi", "finish", "to"}};
    for (const auto& choices : names) names_.push_back(random_.pick(choices));
  }

  const std::string& array() const { return names_[0]; }
  const std::string& size() const { return names_[1]; }
  const std::string& i() const { return names_[2]; }
  const std::string& j() const { return names_[3]; }
  const std::string& result() const { return names_[4]; }
  const std::string& spare() const { return names_[5]; }
  const std::string& low() const { return names_[6]; }
  const std::string& high() const { return names_[7]; }
  bool coin() { return random_.chance(0.5); }
  std::string either(const std::string& one, const std::string& two) { return coin() ? one : two; }

  /// A loop of `variable` from `from` to below `end`.
  std::string loop(const std::string& variable, const std::string& from, const std::string& end,
                   const std::string& body) {
    switch (random_.below(4)) {
      case 0:
        return fmt::format("for (int {0} = {1}; {0} < {2}; {0}++) {{ {3} }}", variable, from, end,
                           body);
      case 1:
        return fmt::format("for (int {0} = {1}; {0} <= {2} - 1; ++{0}) {{ {3} }}", variable, from,
                           end, body);
      case 2:
        return fmt::format("int {0} = {1}; while ({0} < {2}) {{ {3} {0}++; }}", variable, from, end,
                           body);
      default:
        return fmt::format("int {0} = {1}; while (true) {{ if ({0} >= {2}) break; {3} {0} += 1; }}",
                           variable, from, end, body);
    }
  }
  std::string over_array(const std::string& body) { return loop(i(), "0", size(), body); }

  /// A choice between two assignments to `target`.
  std::string choose(const std::string& target, const std::string& condition,
                     const std::string& yes, const std::string& no) {
    if (coin()) return fmt::format("{} = {} ? {} : {};", target, condition, yes, no);
    return fmt::format("if ({1}) {{ {0} = {2}; }} else {{ {0} = {3}; }}", target, condition, yes,
                       no);
  }
  std::string add_to(const std::string& target, const std::string& value) {
    return coin() ? fmt::format("{} += {};", target, value)
                  : fmt::format("{0} = {0} + {1};", target, value);
  }
  std::string swap(const std::string& one, const std::string& two) {
    return fmt::format("int {0} = {1}; {1} = {2}; {2} = {0};", spare(), one, two);
  }
  std::string element(const std::string& index) { return fmt::format("{}[{}]", array(), index); }

  /// A statement that does nothing for the result, or none.
  std::string idle_statement(const std::string& number) {
    switch (random_.below(12)) {
      case 0:
        return fmt::format("if ({} > 1000000) {{ System.out.println(\"large\"); }}", number);
      case 1:
        return fmt::format("long start{} = System.currentTimeMillis();", next_idle_name_++);
      case 2:
        return fmt::format("int debug{} = {};", next_idle_name_++, random_.below(100));
      case 3:
        return fmt::format("for (int w = 0; w < {}; w++) {{ check += w; }}", 1 + random_.below(5));
      case 4:
        return "try { check++; } catch (RuntimeException e) { check = 0; }";
      default:
        return "";
    }
  }

  /// The whole program around the `body` of a method that works on the array and returns `result`.
  std::string program(const std::string& type, const std::string& body) {
    const std::string work =
        random_.pick(std::vector<std::string>{"solve", "run", "compute", "go"});
    const std::string method = fmt::format(
        "static {0} {1}(int[] {2}) {{ int {3} = {2}.length; {4} {5} {6} return {7}; }}\n", type,
        work, array(), size(), idle_statement(size()), body, idle_statement(size()), result());
    const std::string read = "in.nextInt()";
    const std::string answer = fmt::format("{}(v)", work);
    const std::string print =
        coin()
            ? fmt::format("System.out.println(\"Case #\" + c + \": \" + {});", answer)
            : fmt::format("System.out.printf(\"Case #%d: %s\\n\", c, String.valueOf({}));", answer);
    const std::string main = fmt::format(
        "public static void main(String[] args) {{ Scanner in = new Scanner(System.in); int c = 1; "
        "while (in.hasNextInt()) {{ int[] v = new int[{0}]; for (int r = 0; r < v.length; r++) {{ "
        "v[r] = {0}; }} {1} c++; }} }}\n",
        read, print);
    const std::string both = method + main;
    return fmt::format(
        "import java.util.*;\nimport java.io.*;\npublic class {} {{\n  static int check = "
        "0;\n{}}}\n",
        random_.pick(std::vector<std::string>{"A", "Main", "Solution", "Task"}), both);
  }

 private:
  FixedRandom& random_;
  std::vector<std::string> names_;
  int next_idle_name_ = 0;
};

struct Problem {
  std::string name;
  std::string (*solve)(Author& by);
};

// Each solution leaves its answer in by.result().
const std::vector<Problem> problems{
    {"sum",
     [](Author& by) {
       return by.program("long",
                         fmt::format("long {} = 0; {}", by.result(),
                                     by.over_array(by.add_to(by.result(), by.element(by.i())))));
     }},
    {"maximum",
     [](Author& by) {
       const std::string x = by.element(by.i());
       const std::string step = by.coin()
                                    ? fmt::format("if ({1} > {0}) {{ {0} = {1}; }}", by.result(), x)
                                    : fmt::format("{0} = Math.max({0}, {1});", by.result(), x);
       return by.program("int", fmt::format("int {} = {}; {}", by.result(), by.element("0"),
                                            by.over_array(step)));
     }},
    {"count even",
     [](Author& by) {
       const std::string x = by.element(by.i());
       const std::string step =
           by.coin() ? fmt::format("if ({} % 2 == 0) {{ {}++; }}", x, by.result())
                     : fmt::format("if ({} % 2 != 0) continue; {}++;", x, by.result());
       const std::string loop =
           fmt::format("for (int {0} = 0; {0} < {1}; {0}++) {{ {2} }}", by.i(), by.size(), step);
       return by.program("int", fmt::format("int {} = 0; {}", by.result(), loop));
     }},
    {"product",
     [](Author& by) {
       const std::string x = by.element(by.i());
       const std::string step = by.coin()
                                    ? fmt::format("{0} = {0} * {1} % 1000007;", by.result(), x)
                                    : fmt::format("{0} *= {1}; {0} %= 1000007;", by.result(), x);
       return by.program("long", fmt::format("long {} = 1; {}", by.result(), by.over_array(step)));
     }},
    {"reverse",
     [](Author& by) {
       const std::string body =
           by.coin()
               ? fmt::format(
                     "int {1} = {2} - 1; for (int {0} = 0; {0} < {1}; {0}++) {{ {3} "
                     "{1}--; }}",
                     by.low(), by.high(), by.size(),
                     by.swap(by.element(by.low()), by.element(by.high())))
               : by.loop(by.i(), "0", by.size() + " / 2",
                         by.swap(by.element(by.i()), by.element(by.size() + " - 1 - " + by.i())));
       return by.program("String", fmt::format("{} String {} = Arrays.toString({});", body,
                                               by.result(), by.array()));
     }},
    {"bubble sort",
     [](Author& by) {
       const std::string next = by.element(by.j() + " + 1");
       const std::string inner = by.loop(by.j(), "0", by.size() + " - 1",
                                         fmt::format("if ({0} > {1}) {{ {2} }}", by.element(by.j()),
                                                     next, by.swap(by.element(by.j()), next)));
       return by.program("String", fmt::format("{} String {} = Arrays.toString({});",
                                               by.over_array(inner), by.result(), by.array()));
     }},
    {"selection sort",
     [](Author& by) {
       const std::string inner =
           fmt::format("int best = {0}; {1} {2}", by.i(),
                       by.loop(by.j(), by.i() + " + 1", by.size(),
                               fmt::format("if ({0} < {1}) {{ best = {2}; }}", by.element(by.j()),
                                           by.element("best"), by.j())),
                       by.swap(by.element(by.i()), by.element("best")));
       return by.program("String", fmt::format("{} String {} = Arrays.toString({});",
                                               by.over_array(inner), by.result(), by.array()));
     }},
    {"count primes",
     [](Author& by) {
       const std::string x = by.element(by.i());
       const std::string test =
           by.coin()
               ? fmt::format(
                     "for (int d = 2; d * d <= {0}; d++) {{ if ({0} % d == 0) prime = false; }}", x)
               : fmt::format(
                     "int d = 2; while (d * d <= {0}) {{ if ({0} % d == 0) {{ prime = false; "
                     "break; }} d++; }}",
                     x);
       return by.program(
           "int",
           fmt::format("int {0} = 0; {1}", by.result(),
                       by.over_array(fmt::format("boolean prime = {} > 1; {} if (prime) {{ {} }}",
                                                 x, test, by.add_to(by.result(), "1")))));
     }},
    {"common divisor",
     [](Author& by) {
       const std::string step =
           by.coin() ? fmt::format("while (b != 0) {{ int {0} = {1} % b; {1} = b; b = {0}; }}",
                                   by.spare(), by.result())
                     : fmt::format(
                           "while ({0} != b && b > 0) {{ if ({0} > b) {{ {0} -= b; }} else {{ "
                           "b -= {0}; }} }}",
                           by.result());
       return by.program(
           "int",
           fmt::format("int {} = {}; {}", by.result(), by.element("0"),
                       by.over_array(fmt::format("int b = {}; {}", by.element(by.i()), step))));
     }},
    {"fibonacci",
     [](Author& by) {
       const std::string step = fmt::format("int {0} = ({1} + b) % 1000007; b = {1}; {1} = {0};",
                                            by.spare(), by.result());
       return by.program("int", fmt::format("int b = 0; int {} = 1; {}", by.result(),
                                            by.loop(by.i(), "1", by.element("0"), step)));
     }},
    {"linear search",
     [](Author& by) {
       const std::string found =
           fmt::format("{} == {}", by.element(by.i()), by.element(by.size() + " - 1"));
       const std::string step =
           fmt::format("if ({} && {} < 0) {{ {} = {}; }}", found, by.result(), by.result(), by.i());
       return by.program("int", fmt::format("int {} = -1; {}", by.result(), by.over_array(step)));
     }},
    {"palindrome",
     [](Author& by) {
       const std::string text = fmt::format("String s = Arrays.toString({});", by.array());
       const std::string step =
           fmt::format("if (s.charAt({0}) != s.charAt(s.length() - 1 - {0})) {{ {1} = false; }}",
                       by.i(), by.result());
       return by.program("boolean", fmt::format("{} boolean {} = true; {}", text, by.result(),
                                                by.loop(by.i(), "0", "s.length() / 2", step)));
     }},
    {"digit sum",
     [](Author& by) {
       const std::string step =
           by.coin()
               ? fmt::format("while (x > 0) {{ {} x /= 10; }}", by.add_to(by.result(), "x % 10"))
               : fmt::format(
                     "String s = String.valueOf(x); for (int z = 0; z < s.length(); "
                     "z++) {{ {} }}",
                     by.add_to(by.result(), "s.charAt(z) - '0'"));
       return by.program(
           "int",
           fmt::format("int {} = 0; {}", by.result(),
                       by.over_array(fmt::format("int x = {}; {}", by.element(by.i()), step))));
     }},
    {"matrix",
     [](Author& by) {
       const std::string cell = fmt::format("grid[{0}][{1}] = {2} * {3};", by.i(), by.j(),
                                            by.element(by.i()), by.element(by.j()));
       const std::string total = by.add_to(by.result(), fmt::format("grid[{0}][{0}]", by.i()));
       return by.program(
           "long", fmt::format("int[][] grid = new int[{0}][{0}]; long {1} = 0; {2}", by.size(),
                               by.result(),
                               by.over_array(by.loop(by.j(), "0", by.size(), cell) + " " + total)));
     }},
    {"longest run",
     [](Author& by) {
       const std::string step = by.choose(
           "run", fmt::format("{} == {}", by.element(by.i()), by.element(by.i() + " - 1")),
           "run + 1", "1");
       return by.program(
           "int", fmt::format("int run = 1; int {0} = 1; {1}", by.result(),
                              by.loop(by.i(), "1", by.size(),
                                      fmt::format("{0} if (run > {1}) {{ {1} = run; }}", step,
                                                  by.result()))));
     }},
    {"binary search",
     [](Author& by) {
       const std::string middle =
           by.either(fmt::format("int mid = ({} + {}) / 2;", by.low(), by.high()),
                     fmt::format("int mid = {0} + ({1} - {0}) / 2;", by.low(), by.high()));
       return by.program(
           "int",
           fmt::format("Arrays.sort({0}); int {1} = 0; int {2} = {3}; while ({1} < {2}) {{ {4} if "
                       "({5} < 100) {{ {1} = mid + 1; }} else {{ {2} = mid; }} }} int {6} = {1};",
                       by.array(), by.low(), by.high(), by.size(), middle, by.element("mid"),
                       by.result()));
     }},
    {"power",
     [](Author& by) {
       const std::string half = by.either("exp /= 2;", "exp = exp >> 1;");
       return by.program(
           "long",
           fmt::format("long {0} = 1; long x = {1}; int exp = {2}; while (exp > 0) {{ if (exp % 2 "
                       "== 1) {{ {0} = {0} * x % 1000007; }} x = x * x % 1000007; {3} }}",
                       by.result(), by.element("0"), by.size(), half));
     }},
    {"count pairs",
     [](Author& by) {
       const std::string inner =
           by.loop(by.j(), by.i() + " + 1", by.size(),
                   fmt::format("if ({} + {} == 100) {{ {} }}", by.element(by.i()),
                               by.element(by.j()), by.add_to(by.result(), "1")));
       return by.program("int", fmt::format("int {} = 0; {}", by.result(), by.over_array(inner)));
     }},
    {"distinct",
     [](Author& by) {
       const std::string step =
           by.coin()
               ? fmt::format("seen.add({});", by.element(by.i()))
               : fmt::format("if (!seen.contains({0})) {{ seen.add({0}); }}", by.element(by.i()));
       return by.program("int", fmt::format("Set<Integer> seen = new HashSet<Integer>(); {} int {} "
                                            "= seen.size();",
                                            by.over_array(step), by.result()));
     }},
    {"most frequent",
     [](Author& by) {
       const std::string count =
           by.coin()
               ? fmt::format("map.put({0}, map.getOrDefault({0}, 0) + 1);", by.element(by.i()))
               : fmt::format(
                     "if (map.containsKey({0})) {{ map.put({0}, map.get({0}) + 1); }} else {{ "
                     "map.put({0}, 1); }}",
                     by.element(by.i()));
       return by.program(
           "int",
           fmt::format("Map<Integer, Integer> map = new HashMap<Integer, Integer>(); {0} int "
                       "{1} = 0; for (int c : map.values()) {{ if (c > {1}) {{ {1} = c; }} }}",
                       by.over_array(count), by.result()));
     }},
};

}  // namespace

std::vector<MadeUpProgram> made_up_programs(std::int64_t count) {
  FixedRandom random(programs_seed);
  std::vector<MadeUpProgram> programs;
  for (std::int64_t i = 0; i < count; ++i) {
    const Problem& problem = problems[static_cast<std::size_t>(i) % problems.size()];
    Author author(random);
    programs.push_back({problem.name, problem.solve(author)});
  }
  return programs;
}

ClonePairs made_up_clone_pairs(std::int64_t programs, std::int64_t train_pairs,
                               std::int64_t test_pairs) {
  ClonePairs pairs;
  pairs.synthetic = true;
  std::vector<std::size_t> train, test;
  std::vector<std::string> train_problems, test_problems;
  for (const MadeUpProgram& program : made_up_programs(programs)) {
    const std::size_t place = pairs.programs.size();
    pairs.programs.push_back(java_tree(program.source, "made-up program"));
    // By round, so that each problem has its share in both.
    const bool tests = place / problems.size() % test_every == test_every - 1;
    (tests ? test : train).push_back(place);
    (tests ? test_problems : train_problems).push_back(program.problem);
  }
  pairs.train = draw_pairs(train, train_problems, train_pairs, 1);
  pairs.test = draw_pairs(test, test_problems, test_pairs, 2);
  return pairs;
}

}  // namespace tandem::trainers
