// SPDX-License-Identifier: Apache-2.0
// tactus-yaml.so: the only file that knows the YAML library. Turns a text into the events of yaml_module.h (YAML 1.2,
// first document).
#include "config/yaml_module.h"

#include <algorithm>
#include <cstring>
#include <exception>
#include <sstream>
#include <string>

#include <yaml-cpp/anchor.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

namespace {

// Deeper nodes are refused: no configuration needs them.
constexpr int deepest_nesting = 32;

struct Stopped {};
struct TooDeep {
  YAML::Mark mark;
};

class Events final : public YAML::EventHandler {
 public:
  Events(tactus_yaml_sink sink, void* user) : sink_(sink), user_(user) {}

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t) override { give(TACTUS_YAML_NULL, mark, {}, 0); }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override { give(TACTUS_YAML_ALIAS, mark, {}, 0); }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t, const std::string& value) override {
    give(TACTUS_YAML_SCALAR, mark, value, tag == "!" ? 1 : 0);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {
    begin(TACTUS_YAML_SEQUENCE, mark);
  }
  void OnSequenceEnd() override { end(); }
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {
    begin(TACTUS_YAML_MAPPING, mark);
  }
  void OnMapEnd() override { end(); }

 private:
  void begin(std::uint32_t kind, const YAML::Mark& mark) {
    if (++depth_ > deepest_nesting) throw TooDeep{mark};
    give(kind, mark, {}, 0);
  }
  void end() {
    --depth_;
    give(TACTUS_YAML_END, last_, {}, 0);
  }
  void give(std::uint32_t kind, const YAML::Mark& mark, const std::string& text, std::uint32_t quoted) {
    last_ = mark;
    const tactus_yaml_event event{kind,
                                  static_cast<std::uint32_t>(std::max(mark.line, 0) + 1),
                                  static_cast<std::uint32_t>(std::max(mark.column, 0) + 1),
                                  quoted,
                                  text.data(),
                                  text.size()};
    if (sink_(user_, &event) != 0) throw Stopped{};
  }

  tactus_yaml_sink sink_;
  void* user_;
  YAML::Mark last_ = YAML::Mark::null_mark();
  int depth_ = 0;
};

std::int32_t fail(tactus_yaml_error* error, const YAML::Mark& mark, const char* text) {
  error->line = static_cast<std::uint32_t>(std::max(mark.line, -1) + 1);
  error->column = static_cast<std::uint32_t>(std::max(mark.column, -1) + 1);
  std::strncpy(error->text, text, sizeof error->text - 1);
  error->text[sizeof error->text - 1] = '\0';
  return -1;
}

}  // namespace

extern "C" __attribute__((visibility("default"))) std::int32_t tactus_yaml_parse(const char* text, std::size_t length,
                                                                                 tactus_yaml_sink sink, void* user,
                                                                                 tactus_yaml_error* error) {
  try {
    std::istringstream stream{std::string{text, length}};
    YAML::Parser parser{stream};
    Events events{sink, user};
    parser.HandleNextDocument(events);
    return 0;
  } catch (const Stopped&) {
    return 1;
  } catch (const TooDeep& deep) {
    return fail(error, deep.mark, "nested too deeply");
  } catch (const YAML::Exception& wrong) {
    return fail(error, wrong.mark, wrong.msg.c_str());
  } catch (const std::exception& wrong) {
    return fail(error, YAML::Mark::null_mark(), wrong.what());
  } catch (...) {
    return fail(error, YAML::Mark::null_mark(), "unknown failure of the YAML library");
  }
}
