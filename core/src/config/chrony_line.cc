// SPDX-License-Identifier: Apache-2.0
// One line of chrony.conf against the declaration of its directive (configuration specification, sections 1.3 and 3).
#include "config/chrony_line.hpp"

#include "config/declarations.hpp"
#include "config/files.hpp"
#include "config/words.hpp"

namespace tactus::config {

namespace {

// Where a line can go wrong; which text that gives depends on the directive (TACTUS_TEXTS_*).
enum class Fault : std::uint8_t { none, missing, too_many, syntax, range, option, value };

class LineParser {
 public:
  LineParser(const tactus_directive& directive, std::string_view name, std::string_view rest, std::string_view file,
             unsigned line, const Resolve& resolve)
      : directive_(directive),
        name_(name),
        rest_(rest),
        file_(file),
        line_(line),
        resolve_(resolve),
        builder_(&directive, file, line) {}

  LineResult run() {
    const Fault fault = parse();
    if (fault != Fault::none) {
      result_.error = text(fault);
      if (result_.hint.empty()) result_.hint = comment_hint();
      return std::move(result_);
    }
    auto record = builder_.finish();
    // A shape that lets a required field pass unset is a mistake of its declaration, reported like a missing argument.
    if (!record) {
      result_.error = text(Fault::missing);
      result_.hint = record.failure().text;
      return std::move(result_);
    }
    result_.record = std::move(*record);
    return std::move(result_);
  }

 private:
  Fault parse() {
    switch (directive_.shape) {
      case TACTUS_SHAPE_FLAG:
        if (!rest_.empty()) return Fault::too_many;
        if (directive_.field_count > 0) builder_.set_flag(0, true);
        return Fault::none;
      case TACTUS_SHAPE_VALUE:
        return parse_value();
      case TACTUS_SHAPE_POSITIONAL:
        return parse_positional();
      case TACTUS_SHAPE_OPTIONS:
        return parse_options(rest_);
      case TACTUS_SHAPE_NAMED:
        return parse_named();
      case TACTUS_SHAPE_WORDS:
        return parse_words(0, split_words(rest_));
      case TACTUS_SHAPE_ACCESS:
        return whole(0, rest_);
      default:
        return Fault::syntax;
    }
  }

  static Fault from(ValueFault fault) {
    if (fault == ValueFault::none) return Fault::none;
    return fault == ValueFault::range ? Fault::range : Fault::syntax;
  }

  // A field from a whole word. What follows a number is ignored, with a warning, where the scanner is loose.
  Fault whole(std::uint32_t index, std::string_view word) {
    const tactus_field& field = field_at(directive_, index);
    if (field.type == TACTUS_TYPE_FLAG) {
      if (!same_word(word, field.name)) return Fault::syntax;
      builder_.set_flag(index, true);
      return Fault::none;
    }
    std::size_t used = 0;
    const ValueFault fault = builder_.scan(index, word, &used, resolve_);
    if (fault == ValueFault::range && (field.flags & TACTUS_FIELD_NUMERIC_PREFIX) == 0 && !is_integer(word)) {
      return Fault::syntax;
    }
    if (fault != ValueFault::none) return from(fault);
    if (used == word.size()) return Fault::none;
    if ((field.flags & TACTUS_FIELD_NUMERIC_PREFIX) == 0) return Fault::syntax;
    result_.warnings.push_back(fmt::format("Ignored '{}' after the number in {} directive{}", word.substr(used), name_,
                                           position(file_, line_)));
    return Fault::none;
  }

  // An out-of-range number with something after it is no number at all.
  static bool is_integer(std::string_view word) {
    if (!word.empty() && (word.front() == '-' || word.front() == '+')) word.remove_prefix(1);
    return !word.empty() && word.find_first_not_of("0123456789") == std::string_view::npos;
  }

  Fault parse_value() {
    const auto words = split_words(rest_);
    if (words.empty()) return Fault::missing;
    if (words.size() > 1) return Fault::too_many;
    return whole(0, words.front());
  }

  Fault parse_words(std::uint32_t index, std::span<const std::string_view> words) {
    if (directive_.field_count == 0) return Fault::none;
    const tactus_field& field = field_at(directive_, index);
    if ((field.flags & TACTUS_FIELD_NUMBERS) == 0) {
      const auto count = static_cast<double>(words.size());
      if (count < field.minimum) return Fault::missing;
      if (count > field.maximum) return Fault::too_many;
    }
    for (const std::string_view word : words) {
      std::size_t used = 0;
      const ValueFault fault = builder_.scan(index, word, &used, resolve_);
      if (fault != ValueFault::none) {
        suggest_choice(field, word);
        return from(fault);
      }
      const bool host = (field.flags & TACTUS_FIELD_HOSTS) != 0 && !parse_address(word);
      if (host && resolve_ && !resolve_(std::string{word})) {
        result_.warnings.push_back(fmt::format("Could not resolve address of {} server {}", directive_.keyword, word));
      }
    }
    // An empty list is a list.
    if (words.empty()) builder_.set_empty(index);
    return Fault::none;
  }

  // Which fields the words belong to: those that are not REQUIRED are left out from the end, and an ALTERNATIVE stands
  // instead of the field before it.
  Fault assign(std::size_t words, std::vector<std::uint32_t>* fields) {
    std::uint32_t alternative = directive_.field_count;
    for (std::uint32_t i = 0; i < directive_.field_count; ++i) {
      if ((field_at(directive_, i).flags & TACTUS_FIELD_ALTERNATIVE) != 0) alternative = i;
    }
    if (alternative != directive_.field_count) {
      const std::size_t longest = directive_.field_count - 1;
      if (words > longest) return Fault::too_many;
      if (words != longest && words != alternative) return Fault::missing;
      for (std::uint32_t i = 0; i + 1 < alternative; ++i) fields->push_back(i);
      if (words == alternative) {
        fields->push_back(alternative - 1);
      } else {
        for (std::uint32_t i = alternative; i < directive_.field_count; ++i) fields->push_back(i);
      }
      return Fault::none;
    }
    for (std::uint32_t i = 0; i < directive_.field_count; ++i) fields->push_back(i);
    for (std::size_t i = fields->size(); i > 0 && fields->size() > words; --i) {
      if ((field_at(directive_, (*fields)[i - 1]).flags & TACTUS_FIELD_REQUIRED) == 0) {
        fields->erase(fields->begin() + static_cast<std::ptrdiff_t>(i - 1));
      }
    }
    if (fields->size() > words) return Fault::missing;
    return fields->size() < words ? Fault::too_many : Fault::none;
  }

  Fault parse_positional() {
    std::vector<std::string_view> words = split_words(rest_);
    const std::uint32_t last = directive_.field_count - 1;
    std::vector<std::uint32_t> fields;
    if (field_at(directive_, last).type == TACTUS_TYPE_WORDS) {
      if (words.size() < last) return Fault::missing;
      for (std::uint32_t i = 0; i < last; ++i) {
        if (const Fault fault = whole(i, words[i]); fault != Fault::none) return fault;
      }
      return parse_words(last, std::span{words}.subspan(last));
    }
    if (const Fault fault = assign(words.size(), &fields); fault != Fault::none) return fault;
    for (std::size_t i = 0; i < fields.size(); ++i) {
      if (const Fault fault = whole(fields[i], words[i]); fault != Fault::none) return fault;
    }
    return Fault::none;
  }

  Fault parse_named() {
    std::string_view rest = rest_;
    for (std::uint32_t i = 0; i < directive_.field_count; ++i) {
      if ((field_at(directive_, i).flags & TACTUS_FIELD_POSITIONAL) == 0) continue;
      std::string_view word = first_word(rest);
      if (word.empty()) return Fault::missing;
      rest = skip_space(rest.substr(word.size()));
      const std::uint32_t next = i + 1;
      const bool tail =
          next < directive_.field_count && (field_at(directive_, next).flags & TACTUS_FIELD_COLON_TAIL) != 0;
      const std::size_t colon = tail ? word.find(':') : std::string_view::npos;
      if (colon != std::string_view::npos) {
        const std::string_view options = word.substr(colon + 1);
        std::size_t used = 0;
        if (!options.empty()) builder_.scan(next, options, &used, resolve_);
        word = word.substr(0, colon);
        if (word.empty()) {
          builder_.set_empty(i);
          continue;
        }
      }
      if (const Fault fault = whole(i, word); fault != Fault::none) return fault;
    }
    return parse_options(rest);
  }

  // NAME [VALUE]..., where the next name begins right after the digits of a value (section 1.3, oint and odbl).
  Fault parse_options(std::string_view rest) {
    for (rest = skip_space(rest); !rest.empty(); rest = skip_space(rest)) {
      const std::string_view option = first_word(rest);
      const std::uint32_t index = field_index(directive_, option);
      constexpr std::uint32_t not_here = TACTUS_FIELD_POSITIONAL | TACTUS_FIELD_YAML_ONLY | TACTUS_FIELD_COLON_TAIL;
      if (index == directive_.field_count || (field_at(directive_, index).flags & not_here) != 0) {
        suggest_option(option);
        return Fault::option;
      }
      rest = skip_space(rest.substr(option.size()));
      const tactus_field& field = field_at(directive_, index);
      if (field.type == TACTUS_TYPE_FLAG) {
        builder_.set_flag(index, true);
        continue;
      }
      std::size_t used = 0;
      const bool whole_word = (field.flags & TACTUS_FIELD_NUMERIC_PREFIX) != 0;
      if (whole_word && builder_.given(index)) return Fault::option;
      if (builder_.scan(index, rest, &used, resolve_) != ValueFault::none) {
        result_.hint = fmt::format("{}: {}", field.name, field.doc);
        return Fault::value;
      }
      if (whole_word) used = first_word(rest).size();
      rest.remove_prefix(used);
    }
    return Fault::none;
  }

  std::string text(Fault fault) const {
    const std::uint32_t texts = texts_of(directive_);
    if (texts == TACTUS_TEXTS_LOG) return "Invalid log parameter";
    const bool options = texts == TACTUS_TEXTS_OPTIONS || texts == TACTUS_TEXTS_SOURCE;
    if (options && fault == Fault::option) return fmt::format("Invalid option in {} directive", name_);
    if (options && fault == Fault::value) return fmt::format("Invalid value in {} directive", name_);
    if (texts == TACTUS_TEXTS_SOURCE) return fmt::format("Invalid syntax for {} directive", name_);
    if (texts == TACTUS_TEXTS_COUNTED) {
      if (fault == Fault::missing) return fmt::format("Missing arguments for {} directive", name_);
      if (fault == Fault::too_many) return fmt::format("Too many arguments for {} directive", name_);
      const bool integers = directive_.field_count == 1 && field_at(directive_, 0).type != TACTUS_TYPE_REAL;
      if (fault == Fault::range && integers) {
        const tactus_field& field = field_at(directive_, 0);
        return fmt::format("Invalid value {} in {} directive (min {:.0f}, max {:.0f})", builder_.refused(), name_,
                           field.minimum, field.maximum);
      }
    }
    return fmt::format("Could not parse {} directive", name_);
  }

  void suggest_option(std::string_view option) {
    const std::string near = nearest_field(directive_, option);
    if (!near.empty() && !same_word(near, option)) result_.hint = fmt::format("did you mean '{}'?", near);
  }
  void suggest_choice(const tactus_field& field, std::string_view word) {
    std::vector<std::string_view> known(field.choices, field.choices + field.choice_count);
    const std::string near = nearest_word(word, known);
    if (!near.empty() && near != word) result_.hint = fmt::format("did you mean '{}'?", near);
  }
  std::string comment_hint() const {
    for (const std::string_view word : split_words(rest_)) {
      if (word.front() == '#' || word.front() == '!' || word.front() == ';' || word.front() == '%') {
        return "a comment needs a line of its own";
      }
    }
    return "";
  }

  const tactus_directive& directive_;
  std::string_view name_;
  std::string_view rest_;
  std::string_view file_;
  unsigned line_;
  const Resolve& resolve_;
  RecordBuilder builder_;
  LineResult result_;
};

}  // namespace

LineResult parse_directive_line(const tactus_directive& directive, std::string_view name, std::string_view rest,
                                std::string_view file, unsigned line, const Resolve& resolve) {
  return LineParser{directive, name, rest, file, line, resolve}.run();
}

}  // namespace tactus::config
