// SPDX-License-Identifier: Apache-2.0
// Runs a fuzz target plainly: over each file of the folders or files that are named, over simple mutations of each, and
// over short random inputs. The same every time, so a failure can be repeated; the input is written out when it
// crashes.
#include <algorithm>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using Input = std::vector<std::uint8_t>;

constexpr int mutations_per_file = 200;
constexpr int random_inputs = 2000;

// What is being run, for the handler of a crash.
const Input* current = nullptr;

std::uint64_t next_random(std::uint64_t& state) {
  state += 0x9e3779b97f4a7c15U;
  std::uint64_t z = state;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
  return z ^ (z >> 31);
}

void on_crash(int signal_number) {
  if (current != nullptr) {
    std::fprintf(stderr, "crashed (signal %d) by %zu octets:\n", signal_number, current->size());
    for (const std::uint8_t octet : *current) std::fprintf(stderr, "%02x", octet);
    std::fputc('\n', stderr);
  }
  std::signal(signal_number, SIG_DFL);
  std::raise(signal_number);
}

void run(const Input& input) {
  current = &input;
  // A copy of the exact size, so that a sanitizer sees each octet beyond it.
  const Input exact(input);
  LLVMFuzzerTestOneInput(exact.data(), exact.size());
  current = nullptr;
}

Input mutated(Input input, std::uint64_t& state) {
  const std::uint64_t rounds = 1 + next_random(state) % 4;
  for (std::uint64_t i = 0; i < rounds; ++i) {
    const std::uint64_t kind = next_random(state) % 5;
    const std::size_t place = input.empty() ? 0 : next_random(state) % input.size();
    const auto at = input.begin() + static_cast<std::ptrdiff_t>(place);
    if (kind == 0 && !input.empty()) {
      *at ^= static_cast<std::uint8_t>(1U << (next_random(state) % 8));
    } else if (kind == 1 && !input.empty()) {
      *at = static_cast<std::uint8_t>(next_random(state));
    } else if (kind == 2 && !input.empty()) {
      input.resize(place);
    } else if (kind == 3) {
      input.insert(at, static_cast<std::uint8_t>(next_random(state)));
    } else if (!input.empty()) {
      const std::size_t count = std::min<std::size_t>(input.size() - place, next_random(state) % 64);
      const Input part(at, at + static_cast<std::ptrdiff_t>(count));
      input.insert(input.end(), part.begin(), part.end());
    }
  }
  return input;
}

std::vector<std::filesystem::path> inputs_of(int argc, char** argv) {
  std::vector<std::filesystem::path> files;
  for (int i = 1; i < argc; ++i) {
    if (std::filesystem::is_directory(argv[i])) {
      for (const auto& entry : std::filesystem::directory_iterator(argv[i])) {
        if (entry.is_regular_file()) files.push_back(entry.path());
      }
    } else {
      files.emplace_back(argv[i]);
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

int main(int argc, char** argv) {
  for (const int signal_number : {SIGABRT, SIGSEGV, SIGFPE, SIGILL, SIGBUS}) std::signal(signal_number, on_crash);
  std::uint64_t state = 1;
  std::size_t runs = 0;
  const auto files = inputs_of(argc, argv);
  for (const auto& path : files) {
    std::ifstream file(path, std::ios::binary);
    if (!file) {
      std::fprintf(stderr, "cannot read %s\n", path.c_str());
      return EXIT_FAILURE;
    }
    const Input input{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    run(input);
    for (int i = 0; i < mutations_per_file; ++i) run(mutated(input, state));
    runs += 1 + mutations_per_file;
  }
  for (int i = 0; i < random_inputs; ++i) {
    Input input(next_random(state) % 256);
    std::generate(input.begin(), input.end(), [&state] { return static_cast<std::uint8_t>(next_random(state)); });
    run(input);
    ++runs;
  }
  std::printf("%zu inputs, %zu files of corpus\n", runs, files.size());
  return EXIT_SUCCESS;
}
