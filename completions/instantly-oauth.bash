# Completions of instantly-oauth for bash, as `instantly-oauth completions bash` prints them. In ~/.bashrc:
#   eval "$(instantly-oauth completions bash)"

_instantly_oauth() {
    local candidate
    COMPREPLY=()
    # The line, since bash breaks words at `=` and `:`, and behind the colon the part of the last one that it will replace.
    while IFS= read -r candidate; do
        # No blank where the word goes on behind the cursor.
        [[ ${COMP_LINE:COMP_POINT:1} == [!\ ]* ]] && candidate=${candidate% }
        COMPREPLY+=("$candidate")
    done < <(INSTANTLY_OAUTH_COMPLETE=bash instantly-oauth -- "${COMP_LINE:0:COMP_POINT}" ":$2" 2>/dev/null)
}

# Candidates bring their own blank where one follows. Before bash 4.4 they are always sorted.
complete -o nospace -o nosort -F _instantly_oauth instantly-oauth 2>/dev/null ||
    complete -o nospace -F _instantly_oauth instantly-oauth
