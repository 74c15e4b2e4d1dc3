#include "controller/cli/frame/completion_script.h"

#include <functional>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "controller/cli/frame/value_words.h"

namespace rhumb {
namespace {

// Both shells: finds out which command the words before the cursor name, which option waits for its
// value, and how many arguments were given.
constexpr char kWalk[] = R"sh(
# What a value may be, by option: sets kind, empty when there is no such option or it takes none.
_rhumb_kind_of() {
  local entry
  kind=''
  for entry in "${opts[@]}"; do
    if [[ ${entry%%:*} == "$1" ]]; then kind=${entry#*:}; kind=${kind%%:*}; fi
  done
}

# Follows the words before the cursor.
_rhumb_walk() {
  local word entry found
  command_line=rhumb kind='' arguments=0
  _rhumb_table "$command_line"
  for word in "$@"; do
    if [[ -n $kind ]]; then kind=''; continue; fi
    case $word in
      --*=*) ;;
      -*) _rhumb_kind_of "$word" ;;
      *)
        found=''
        for entry in "${subs[@]}"; do
          if [[ ${entry%%:*} == "$word" ]]; then found=$word; fi
        done
        if [[ -n $found ]]; then
          command_line="$command_line $word"
          arguments=0
          _rhumb_table "$command_line"
        else
          arguments=$((arguments + 1))
        fi ;;
    esac
  done
}
)sh";

constexpr char kBash[] = R"sh(
# Sets COMPREPLY to the values of kind $1 that begin with $2.
_rhumb_values() {
  local IFS=$' \t\n' head=''
  case $1 in
    '@'*)
      local words
      words=$("$program" internal-docs words "${1#@}" 2>/dev/null)
      if [[ $1 == @POLICIES ]]; then
        if [[ $2 == *,* ]]; then head=${2%,*},; fi
        compopt -o nospace 2>/dev/null
      fi
      COMPREPLY=($(compgen -P "$head" -W "$words" -- "${2#"$head"}"))
      case $1 in @T | @F | @CHECKPOINT) _rhumb_files -f "$2" ;; esac ;;
    FILE) _rhumb_files -f "$2" ;;
    DIR) _rhumb_files -d "$2" ;;
    *'|'*) COMPREPLY=($(compgen -W "${1//|/ }" -- "$2")) ;;
  esac
}

_rhumb_files() {
  local file
  compopt -o filenames 2>/dev/null
  while IFS= read -r file; do COMPREPLY+=("$file"); done < <(compgen "$1" -- "$2")
}

_rhumb() {
  # Words as the user sees them: bash itself would cut them at : and =.
  local program=${1/#\~/$HOME} line=${COMP_LINE:0:COMP_POINT} cur='' kind command_line arguments
  local -a typed subs opts args
  read -ra typed <<<"$line"
  if [[ $line != *[[:space:]] ]]; then
    cur=${typed[${#typed[@]} - 1]}
    typed=("${typed[@]:0:${#typed[@]} - 1}")
  fi
  COMPREPLY=()
  _rhumb_walk "${typed[@]:1}"
  if [[ -z $kind && $cur == --*=* ]]; then
    _rhumb_kind_of "${cur%%=*}"
    cur=${cur#*=}
  fi
  if [[ -n $kind ]]; then
    _rhumb_values "$kind" "$cur"
  elif [[ $cur == -* ]]; then
    COMPREPLY=($(compgen -W "${opts[*]%%:*}" -- "$cur"))
  elif ((${#subs[@]} > 0)); then
    COMPREPLY=($(compgen -W "${subs[*]%%:*}" -- "$cur"))
  elif ((arguments < ${#args[@]})); then
    _rhumb_values "${args[arguments]}" "$cur"
  fi
  # bash replaces only what stands after the last of these.
  local cut=${cur%"${cur##*[:=]}"}
  if ((${#COMPREPLY[@]} > 0)); then COMPREPLY=("${COMPREPLY[@]#"$cut"}"); fi
}

complete -F _rhumb rhumb
)sh";

constexpr char kZsh[] = R"sh(
# Offers the values of kind $1.
_rhumb_values() {
  local -a found
  case $1 in
    '@'*)
      found=(${(f)"$($program internal-docs words ${1#@} 2>/dev/null)"})
      if [[ $1 == @POLICIES ]]; then
        compset -P '*,'
        compadd -S '' -- $found
      else
        compadd -- $found
      fi
      case $1 in (@T | @F | @CHECKPOINT) _files ;; esac ;;
    FILE) _files ;;
    DIR) _files -/ ;;
    *'|'*) compadd -- ${(s:|:)1} ;;
  esac
}

_rhumb() {
  local program=${words[1]} cur=${words[CURRENT]} kind command_line arguments entry
  local -a subs opts args shown
  _rhumb_walk "${(@)words[2,CURRENT-1]}"
  if [[ -z $kind && $cur == --*=* ]]; then
    _rhumb_kind_of "${cur%%=*}"
    compset -P '*='
  fi
  if [[ -n $kind ]]; then
    _rhumb_values "$kind"
  elif [[ $cur == -* ]]; then
    for entry in $opts; do shown+=("${entry%%:*}:${${entry#*:}#*:}"); done
    _describe -o option shown
  elif (($#subs > 0)); then
    _describe command subs
  elif ((arguments < $#args)); then
    _rhumb_values "${args[arguments + 1]}"
  fi
}

if [[ ${zsh_eval_context[-1]} == loadautofunc ]]; then
  _rhumb "$@"
else
  compdef _rhumb rhumb
fi
)sh";

std::string Quoted(const std::string& text) {
  return absl::StrCat("'", absl::StrReplaceAll(text, {{"'", "'\\''"}, {"\n", " "}}), "'");
}

// What the scripts call the value: words to be asked for, files, choices, or nothing to offer.
std::string KindOf(const OptionText& option) {
  if (option.value.empty()) return "";
  if (!Choices(option).empty()) return option.value;
  if (HasWords(option.value)) return "@" + option.value;
  if (TakesDirectories(option.value)) return "DIR";
  return TakesFiles(option.value) ? "FILE" : "ANY";
}

// An entry of the table: "--to:FILE" for bash, "--to:FILE:File to write" for zsh.
std::string Entry(const std::string& name, const std::string& text, bool texts) {
  return Quoted(texts ? absl::StrCat(name, ":", text) : name);
}

void AppendCase(const CommandPage& page, const std::vector<OptionText>& outer, bool texts,
                std::string* script) {
  std::string commands, options, positionals;
  for (const CommandPage& command : page.commands) {
    absl::StrAppend(&commands, "\n        ", Entry(command.name(), command.summary, texts));
  }
  std::vector<OptionText> all = page.options;
  if (page.takes_options_of_parent) all.insert(all.end(), outer.begin(), outer.end());
  for (const OptionText& option : all) {
    if (option.positional) {
      absl::StrAppend(&positionals, " ", Quoted(KindOf(option)));
      continue;
    }
    for (const std::string& name : option.names) {
      absl::StrAppend(&options, "\n        ",
                      Entry(absl::StrCat(name, ":", KindOf(option)), option.help, texts));
    }
  }
  absl::StrAppend(script, "    ", Quoted(page.line), ")\n      subs=(", commands, ")\n      opts=(",
                  options, ")\n      args=(", positionals, ") ;;\n");
  for (const CommandPage& command : page.commands) AppendCase(command, all, texts, script);
}

// The table of both: commands, options and arguments of every command.
std::string Table(const CommandPage& root, bool texts) {
  std::string script = "_rhumb_table() {\n  case $1 in\n";
  AppendCase(root, {}, texts, &script);
  return script + "  esac\n}\n";
}

}  // namespace

std::string BashCompletion(const CommandPage& root) {
  return absl::StrCat("# Completion of rhumb for bash, as `rhumb completion bash` prints it.\n\n",
                      Table(root, /*texts=*/false), kWalk, kBash);
}

std::string ZshCompletion(const CommandPage& root) {
  return absl::StrCat("#compdef rhumb\n",
                      "# Completion of rhumb for zsh, as `rhumb completion zsh` prints it.\n\n",
                      Table(root, /*texts=*/true), kWalk, kZsh);
}

}  // namespace rhumb
