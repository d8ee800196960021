# Completions of instantly-oauth for elvish, as `instantly-oauth completions elvish` prints them. In
# ~/.config/elvish/rc.elv:
#   eval (instantly-oauth completions elvish | slurp)

use str

set edit:completion:arg-completer[instantly-oauth] = {|@words|
    tmp E:INSTANTLY_OAUTH_COMPLETE = elvish
    e:instantly-oauth -- (all $words[..-1]) ':'$words[-1] | from-lines | each {|line|
        var parts = [(str:split &max=2 "\t" $line)]
        var value = $parts[0]
        var suffix = ' '
        if (or (str:has-suffix $value '/') (str:has-suffix $value '=')) {
            set suffix = ''
        }
        if (== (count $parts) 2) {
            edit:complex-candidate $value &code-suffix=$suffix &display=$value' ('$parts[1]')'
        } else {
            edit:complex-candidate $value &code-suffix=$suffix
        }
    }
}
