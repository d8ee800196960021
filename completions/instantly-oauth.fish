# Completions of instantly-oauth for fish, as `instantly-oauth completions fish` prints them. In
# ~/.config/fish/completions/instantly-oauth.fish, either this, or:
#   instantly-oauth completions fish | source

function __instantly_oauth
    set -l before (commandline --current-process --tokenize --cut-at-cursor)
    set -l word (commandline --current-token --cut-at-cursor | string unescape)
    env INSTANTLY_OAUTH_COMPLETE=fish instantly-oauth -- $before ":$word" 2>/dev/null
end

complete --command instantly-oauth --no-files --keep-order --arguments '(__instantly_oauth)'
