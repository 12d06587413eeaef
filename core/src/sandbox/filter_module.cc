// SPDX-License-Identifier: Apache-2.0
// tactus-seccomp.so: the only file that knows the seccomp library. Turns the rules of filter_module.h into a program of
// the kernel's filter (seccomp(2)).
#include "sandbox/filter_module.h"

#include <seccomp.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>

namespace {

// Of the process, not of the thread that called: a daemon without one of its threads is no daemon.
std::uint32_t library_action(std::uint32_t action) {
  switch (action) {
    case TACTUS_FILTER_ALLOW:
      return SCMP_ACT_ALLOW;
    case TACTUS_FILTER_SIGNAL:
      return SCMP_ACT_TRAP;
    case TACTUS_FILTER_MISSING:
      return SCMP_ACT_ERRNO(ENOSYS);
    default:
      return SCMP_ACT_KILL_PROCESS;
  }
}

class Context {
 public:
  explicit Context(std::uint32_t otherwise) : context_(seccomp_init(otherwise)) {}
  ~Context() {
    if (context_ != nullptr) seccomp_release(context_);
  }
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  [[nodiscard]] scmp_filter_ctx get() const { return context_; }

 private:
  scmp_filter_ctx context_;
};

int add(scmp_filter_ctx context, const tactus_filter_rule& rule) {
  const int number = seccomp_syscall_resolve_name(rule.call);
  if (number == __NR_SCMP_ERROR) return 0;
  scmp_arg_cmp tests[TACTUS_FILTER_TESTS]{};
  if (rule.test_count > TACTUS_FILTER_TESTS) return -EINVAL;
  for (std::uint32_t i = 0; i < rule.test_count; ++i) {
    const tactus_filter_test& test = rule.tests[i];
    tests[i] = scmp_arg_cmp{test.argument, SCMP_CMP_MASKED_EQ, test.mask, test.value};
  }
  const int status = seccomp_rule_add_array(context, library_action(rule.action), number, rule.test_count, tests);
  // A negative number stands for a call of other architectures; where it cannot be one of this, nothing is lost. A rule
  // that is there already is there.
  return status == -EEXIST || (number < 0 && status == -EDOM) ? 0 : status;
}

std::int32_t failed(tactus_filter_error* error, const char* what, int status) {
  static_cast<void>(std::snprintf(error->text, sizeof error->text, "%s : %s", what, std::strerror(-status)));
  return -1;
}

}  // namespace

extern "C" __attribute__((visibility("default"))) std::int32_t tactus_filter_load(const tactus_filter* filter,
                                                                                  tactus_filter_error* error) {
  const Context context(library_action(filter->otherwise));
  if (context.get() == nullptr) return failed(error, "seccomp_init() failed", -ENOMEM);
  // All threads get it, where the kernel can do that.
  static_cast<void>(seccomp_attr_set(context.get(), SCMP_FLTATR_CTL_TSYNC, 1));
  for (std::uint32_t i = 0; i < filter->rule_count; ++i) {
    const tactus_filter_rule& rule = filter->rules[i];
    if (const int status = add(context.get(), rule); status != 0) return failed(error, rule.call, status);
  }
  const int status = seccomp_load(context.get());
  return status == 0 ? 0 : failed(error, "seccomp_load() failed", status);
}
