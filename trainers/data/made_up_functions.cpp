#include "data/made_up_functions.h"

#include <fmt/format.h>

#include <string>
#include <vector>

#include "data/fixed_random.h"

namespace tandem::trainers {
namespace {

constexpr std::uint64_t train_seed = 20220718, test_seed = 20220719;
constexpr double wrong_labels = 0.05;
constexpr std::int64_t kinds_of_risk = 4;

/// One statement a line, indented, as people write C.
std::string lines(const std::vector<std::string>& statements) {
  std::string text;
  for (const std::string& statement : statements) {
    if (!statement.empty()) text += "    " + statement + "\n";
  }
  return text;
}

class FunctionWriter {
 public:
  explicit FunctionWriter(FixedRandom& random) : random_(random) {}

  std::string write(bool vulnerable) {
    const std::int64_t kind = random_.below(kinds_of_risk);
    std::vector<std::string> pieces{risk(kind, vulnerable)};
    const std::int64_t others = random_.below(2);
    for (std::int64_t i = 0; i < others; ++i) {
      pieces.push_back(risk((kind + 1 + random_.below(kinds_of_risk - 1)) % kinds_of_risk, false));
    }
    const std::int64_t idle = random_.below(3);
    for (std::int64_t i = 0; i < idle; ++i) pieces.push_back(idle_piece());
    random_.shuffle(pieces);
    std::string body;
    for (const std::string& piece : pieces) body += piece;
    return fmt::format(
        "static int {}_{}(struct {} *ctx, const char *{}, int {})\n{{\n    int ret = 0;\n{}    "
        "return "
        "ret;\n}}\n",
        pick({"read", "parse", "decode", "handle", "update", "init"}),
        pick({"header", "packet", "frame", "block", "entry", "state"}),
        pick({"context", "device", "stream", "session"}), source_, length_, body);
  }

 private:
  /// A piece with something risky in it.
  std::string risk(std::int64_t kind, bool vulnerable) {
    const std::string number = fmt::format("{}", next_name_++);
    if (kind == 0) return copy(pick({"buf", "name", "line", "key"}) + number, vulnerable);
    if (kind == 1) return release(pick({"p", "node", "item", "old"}) + number, vulnerable);
    if (kind == 2) return allocation(pick({"mem", "tab", "obj", "ptr"}) + number, vulnerable);
    return loop(pick({"arr", "tbl", "list", "vec"}) + number, vulnerable);
  }

  std::string copy(const std::string& buffer, bool vulnerable) {
    const std::string size = pick({"16", "32", "64", "128"});
    const std::string check =
        random_.chance(0.5) ? fmt::format("if ({} > (int)sizeof({})) return -1;", length_, buffer)
                            : fmt::format("if ({0} >= {1}) {0} = {1} - 1;", length_, size);
    const std::string copying = random_.chance(0.7)
                                    ? fmt::format("memcpy({}, {}, {});", buffer, source_, length_)
                                    : fmt::format("memmove({}, {}, {});", buffer, source_, length_);
    return lines({fmt::format("char {}[{}];", buffer, size), vulnerable ? "" : check, copying,
                  fmt::format("ret += {}[0];", buffer)});
  }

  std::string release(const std::string& pointer, bool vulnerable) {
    const std::string use = random_.chance(0.5) ? fmt::format("ret += {}->{};", pointer, member())
                                                : fmt::format("{}->{} = ret;", pointer, member());
    const std::string free = fmt::format("{}({});", pick({"free", "kfree", "g_free"}), pointer);
    const std::string take = fmt::format("struct entry *{} = ctx->{};", pointer, member());
    if (vulnerable) return lines({take, free, idle_statement(), use});
    return lines({take, use, idle_statement(), free});
  }

  std::string allocation(const std::string& memory, bool vulnerable) {
    const std::string test = random_.chance(0.5)
                                 ? fmt::format("if (!{}) return -ENOMEM;", memory)
                                 : fmt::format("if ({} == NULL) return -1;", memory);
    return lines({fmt::format("int *{} = {}({} * sizeof(int));", memory,
                              pick({"malloc", "kmalloc", "av_malloc"}), length_),
                  vulnerable ? "" : test, fmt::format("{}[0] = ret;", memory),
                  fmt::format("ctx->{} = {};", member(), memory)});
  }

  std::string loop(const std::string& array, bool vulnerable) {
    const std::string size = pick({"COUNT", "MAX_ITEMS", "10", "NB_TABLES"});
    const std::string index = pick({"i", "j", "k"});
    return lines(
        {fmt::format("int {}[{}];", array, size),
         fmt::format("for (int {0} = 0; {0} {1} {2}; {0}++)", index, vulnerable ? "<=" : "<", size),
         fmt::format("    {}[{}] = ctx->{} + {};", array, index, member(), index)});
  }

  std::string idle_piece() {
    if (random_.chance(0.3)) {
      return lines({fmt::format("if (ctx->{} {} {}) {{", member(), pick({">", "==", "!=", "<"}),
                                random_.below(64)),
                    "    " + idle_statement(), "}"});
    }
    return lines({idle_statement()});
  }

  std::string idle_statement() {
    switch (random_.below(5)) {
      case 0:
        return fmt::format("ctx->{} += {};", member(), random_.below(32));
      case 1:
        return fmt::format("log_{}(ctx, \"{}\");", pick({"debug", "info", "warn"}),
                           pick({"begin", "done", "state changed"}));
      case 2:
        return fmt::format("ret |= ctx->{} & 0x{:x};", member(), random_.below(256));
      case 3:
        return fmt::format("update_{}(ctx, {});", member(), length_);
      default:
        return fmt::format("ctx->{} = ctx->{};", member(), member());
    }
  }

  std::string member() {
    return pick({"flags", "mode", "index", "width", "height", "offset", "refs", "next"});
  }
  std::string pick(const std::vector<std::string>& choices) { return random_.pick(choices); }

  FixedRandom& random_;
  std::int64_t next_name_ = 0;
  std::string source_ = pick({"src", "data", "input", "payload"});
  std::string length_ = pick({"len", "size", "n", "count"});
};

std::vector<LabelledFunction> write(std::int64_t count, std::uint64_t seed) {
  FixedRandom random(seed);
  std::vector<LabelledFunction> functions;
  for (std::int64_t i = 0; i < count; ++i) {
    const bool vulnerable = i % 2 == 1;
    std::string code = FunctionWriter(random).write(vulnerable);
    functions.push_back({std::move(code), vulnerable != random.chance(wrong_labels)});
  }
  return functions;
}

}  // namespace

LabelledFunctions made_up_functions(std::int64_t train, std::int64_t test) {
  return {write(train, train_seed), write(test, test_seed), true};
}

}  // namespace tandem::trainers
