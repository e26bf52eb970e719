# What --help says and what the manual pages say are the same options.
load ../helpers

# The options that a command knows, by its own --help.
known() { # COMMAND
  "$1" --help | sed '/^Example:/d' | grep -oE -- '--[a-z][a-z-]+' | sort -u
}

commands() {
  (cd "$BUILD/bin" && echo ev*)
}

@test "every option that --help names is in the command's manual page" {
  for command in $(commands); do
    for option in $(known "$command"); do
      grep -qF -- "*$option*" "$TOP/cmd/$command".1.scd \
        "$TOP/cmd/$command"-file.1.scd 2>/dev/null || {
        echo "$command: $option is not in the page"
        return 1
      }
    done
  done
}

@test "every option that a manual page explains is one that the command has" {
  for command in $(commands); do
    for page in "$TOP/cmd/$command".1.scd "$TOP/cmd/$command"-file.1.scd; do
      [ -e "$page" ] || continue
      for option in $(grep -E '^\*-' "$page" | grep -oE -- '--[a-z][a-z-]+' | sort -u); do
        case $option in --help | --version) continue ;; esac
        known "$command" | grep -qxF -- "$option" || {
          echo "$page: $command has no $option"
          return 1
        }
      done
    done
  done
}

@test "--help fits a terminal: 24 lines of 80 columns" {
  for command in $(commands); do
    "$command" --help >help
    [ "$(wc -l <help)" -le 24 ]
    [ "$(wc -L <help)" -le 80 ]
  done
}

@test "every page that another one names is there" {
  for page in "$TOP"/cmd/*.scd "$TOP/README.md"; do
    for name in $(grep -oE '\bev[a-z-]+\*?\([17]\)' "$page" | tr -d '*' | sort -u); do
      name=${name%)}
      [ -e "$TOP/cmd/${name%(*}.${name#*(}.scd" ] || {
        echo "$page: no page $name)"
        return 1
      }
    done
  done
}

# Two of them, and no backslash before, underline nothing and are gone.
@test "names keep their underscores: two stand only in examples, or escaped" {
  run awk 'FNR == 1 { example = 0 } /^```/ { example = !example }
    !example && /(^|[^\\_])__/ { print FILENAME ": " FNR ": " $0 }' \
    "$TOP"/cmd/*.scd
  [ -z "$output" ]
}

@test "a connector has the options of the command that becomes it" {
  for command in evsource evsink; do
    known "$command" >"$command"
    known "$BUILD/libexec/evkit/$command-file" | diff "$command" -
  done
}
