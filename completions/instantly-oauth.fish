# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_instantly_oauth_global_optspecs
    string join \n json q/quiet v/verbose color= profile= api-key-file= base-url= ca-cert= request-timeout= state-dir= h/help V/version
end

function __fish_instantly_oauth_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_instantly_oauth_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_instantly_oauth_using_subcommand
    set -l cmd (__fish_instantly_oauth_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c instantly-oauth -n "__fish_instantly_oauth_needs_command" -l color -d 'When to colour [env: NO_COLOR, CLICOLOR_FORCE]' -r -f -a "auto\t'On a terminal that can'
always\t'Always'
never\t'Never'"
complete -c instantly-oauth -n "__fish_instantly_oauth_needs_command" -l profile -d 'A workspace from the config file [env: INSTANTLY_PROFILE]' -r
complete -c instantly-oauth -n "__fish_instantly_oauth_needs_command" -l api-key-file -d 'Read the API key from a file, - for stdin [env: INSTANTLY_API_KEY, INSTANTLY_API_KEY_FILE]' -r -F
complete -c instantly-oauth -n "__fish_instantly_oauth_needs_command" -l base-url -d 'Where the API is; https, save on this machine [env: INSTANTLY_BASE_URL] [default: https://api.instantly.ai]' -r -f
complete -c instantly-oauth -n "__fish_instantly_oauth_needs_command" -l ca-cert -d 'Certificates to trust beside the system\'s, in PEM form [env: SSL_CERT_FILE, SSL_CERT_DIR]' -r -F
complete -c instantly-oauth -n "__fish_instantly_oauth_needs_command" -l request-timeout -d 'The limit for one request' -r
complete -c instantly-oauth -n "__fish_instantly_oauth_needs_command" -l state-dir -d 'Where the journal of sessions is kept [env: INSTANTLY_OAUTH_STATE_DIR]' -r -f -a "(__fish_complete_directories)"
complete -c instantly-oauth -n "__fish_instantly_oauth_needs_command" -l json -d 'Write events to stdout, one JSON object a line; the last is the result'
complete -c instantly-oauth -n "__fish_instantly_oauth_needs_command" -s q -l quiet -d 'No progress on stderr; the URL to open and the final error are always shown'
complete -c instantly-oauth -n "__fish_instantly_oauth_needs_command" -s v -l verbose -d 'Trace requests, waits and decisions on stderr, secrets redacted; twice for more'
complete -c instantly-oauth -n "__fish_instantly_oauth_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c instantly-oauth -n "__fish_instantly_oauth_needs_command" -s V -l version -d 'Print version'
complete -c instantly-oauth -n "__fish_instantly_oauth_needs_command" -f -a "connect" -d 'Connect one mailbox in the browser'
complete -c instantly-oauth -n "__fish_instantly_oauth_needs_command" -f -a "status" -d 'What became of a session'
complete -c instantly-oauth -n "__fish_instantly_oauth_needs_command" -f -a "batch" -d 'Connect every mailbox listed in a CSV file'
complete -c instantly-oauth -n "__fish_instantly_oauth_needs_command" -f -a "sessions" -d 'The sessions recorded on this machine'
complete -c instantly-oauth -n "__fish_instantly_oauth_needs_command" -f -a "doctor" -d 'Check key, network, limits, clock, storage, browser and terminal'
complete -c instantly-oauth -n "__fish_instantly_oauth_needs_command" -f -a "sandbox" -d 'Run a local stand-in for the API'
complete -c instantly-oauth -n "__fish_instantly_oauth_needs_command" -f -a "completions" -d 'Print a completion script'
complete -c instantly-oauth -n "__fish_instantly_oauth_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand connect" -l browser -d 'The program to open the URL with; %s stands for the URL, else it comes last [env: BROWSER]' -r -f -a "(__fish_complete_command)"
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand connect" -l timeout -d 'Give up waiting earlier than the session expires' -r
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand connect" -l interval -d 'Between two polls; at least 1s [default: 5s]' -r
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand connect" -l max-wait -d 'The longest wait for a rate limit, for a turn under one, or for an outage before the session can start' -r
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand connect" -l expect -d 'The mailbox that must come back' -r -f
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand connect" -l sandbox -d 'No key, no network: the API is simulated inside this process' -r -f -a "ask\t'you decide, on a consent page in the browser'
success\t'a simulated person allows access'
denied\t'a simulated person denies access'
account_exists\t'the mailbox is already connected to another workspace'
personal_gmail\t'the mailbox is a personal @gmail.com, which is refused for Google'
server_error\t'the service fails while it connects the mailbox'
expire\t'nobody ever acts, and the session expires'
rate_limited\t'starts with each provider answer 429 for the first 3 seconds, then as success'
ip_blocked\t'starts with each provider answer 429 for 30 minutes, longer if pushed: this address is blocked'
unavailable\t'each provider fails for 5 seconds from the first start on, which answers 503, then as success'
lost_reply\t'as success, but the connection drops instead of answering with the result'
mixed\t'a seed decides for each mailbox: most allow access, others do not, or something goes wrong'"
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand connect" -l color -d 'When to colour [env: NO_COLOR, CLICOLOR_FORCE]' -r -f -a "auto\t'On a terminal that can'
always\t'Always'
never\t'Never'"
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand connect" -l profile -d 'A workspace from the config file [env: INSTANTLY_PROFILE]' -r
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand connect" -l api-key-file -d 'Read the API key from a file, - for stdin [env: INSTANTLY_API_KEY, INSTANTLY_API_KEY_FILE]' -r -F
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand connect" -l base-url -d 'Where the API is; https, save on this machine [env: INSTANTLY_BASE_URL] [default: https://api.instantly.ai]' -r -f
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand connect" -l ca-cert -d 'Certificates to trust beside the system\'s, in PEM form [env: SSL_CERT_FILE, SSL_CERT_DIR]' -r -F
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand connect" -l request-timeout -d 'The limit for one request' -r
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand connect" -l state-dir -d 'Where the journal of sessions is kept [env: INSTANTLY_OAUTH_STATE_DIR]' -r -f -a "(__fish_complete_directories)"
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand connect" -l no-browser -d 'Do not open anything; the URL is printed all the same'
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand connect" -l no-wait -d 'Print the session and its URL and exit; status ID --wait goes on from there'
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand connect" -l json -d 'Write events to stdout, one JSON object a line; the last is the result'
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand connect" -s q -l quiet -d 'No progress on stderr; the URL to open and the final error are always shown'
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand connect" -s v -l verbose -d 'Trace requests, waits and decisions on stderr, secrets redacted; twice for more'
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand connect" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand status" -l timeout -d 'Give up waiting earlier than the session expires' -r
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand status" -l interval -d 'Between two polls; at least 1s [default: 5s]' -r
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand status" -l expect -d 'The mailbox that must come back [default: the one that connect was told]' -r -f
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand status" -l color -d 'When to colour [env: NO_COLOR, CLICOLOR_FORCE]' -r -f -a "auto\t'On a terminal that can'
always\t'Always'
never\t'Never'"
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand status" -l profile -d 'A workspace from the config file [env: INSTANTLY_PROFILE]' -r
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand status" -l api-key-file -d 'Read the API key from a file, - for stdin [env: INSTANTLY_API_KEY, INSTANTLY_API_KEY_FILE]' -r -F
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand status" -l base-url -d 'Where the API is; https, save on this machine [env: INSTANTLY_BASE_URL] [default: https://api.instantly.ai]' -r -f
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand status" -l ca-cert -d 'Certificates to trust beside the system\'s, in PEM form [env: SSL_CERT_FILE, SSL_CERT_DIR]' -r -F
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand status" -l request-timeout -d 'The limit for one request' -r
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand status" -l state-dir -d 'Where the journal of sessions is kept [env: INSTANTLY_OAUTH_STATE_DIR]' -r -f -a "(__fish_complete_directories)"
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand status" -l wait -d 'Poll until it is over'
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand status" -l force -d 'Ask even while another process here is waiting for the session, which may then miss its result'
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand status" -l json -d 'Write events to stdout, one JSON object a line; the last is the result'
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand status" -s q -l quiet -d 'No progress on stderr; the URL to open and the final error are always shown'
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand status" -s v -l verbose -d 'Trace requests, waits and decisions on stderr, secrets redacted; twice for more'
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand status" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand batch" -l provider -d 'With whom the mailboxes sign in for which the list does not say' -r -f -a "google\t''
microsoft\t''"
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand batch" -l parallel -d 'How many sessions may wait for somebody at once: browser tabs, or what a driver works on' -r
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand batch" -l results -d 'Where the results go, a row a mailbox as it is finished; what is in it is not done again [default: FILE.results.csv]' -r -F
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand batch" -l retries -d 'How often a mailbox is tried again, at the end, that expired, failed with server_error or got a wrong one' -r
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand batch" -l browser -d 'The program to open URLs with; %s stands for the URL, else it comes last [env: BROWSER]' -r -f -a "(__fish_complete_command)"
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand batch" -l interval -d 'Between two polls of a session; at least 1s [default: 5s]' -r
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand batch" -l max-wait -d 'The longest wait for a block, a rate limit that the service names, or an outage; the line of session starts is waited for however long it is' -r
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand batch" -l sandbox -d 'No key, no network: the API is simulated inside this process' -r -f -a "ask\t'you decide, on a consent page in the browser'
success\t'a simulated person allows access'
denied\t'a simulated person denies access'
account_exists\t'the mailbox is already connected to another workspace'
personal_gmail\t'the mailbox is a personal @gmail.com, which is refused for Google'
server_error\t'the service fails while it connects the mailbox'
expire\t'nobody ever acts, and the session expires'
rate_limited\t'starts with each provider answer 429 for the first 3 seconds, then as success'
ip_blocked\t'starts with each provider answer 429 for 30 minutes, longer if pushed: this address is blocked'
unavailable\t'each provider fails for 5 seconds from the first start on, which answers 503, then as success'
lost_reply\t'as success, but the connection drops instead of answering with the result'
mixed\t'a seed decides for each mailbox: most allow access, others do not, or something goes wrong'"
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand batch" -l seed -d 'Which outcomes the sandbox\'s scenario mixed has' -r
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand batch" -l color -d 'When to colour [env: NO_COLOR, CLICOLOR_FORCE]' -r -f -a "auto\t'On a terminal that can'
always\t'Always'
never\t'Never'"
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand batch" -l profile -d 'A workspace from the config file [env: INSTANTLY_PROFILE]' -r
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand batch" -l api-key-file -d 'Read the API key from a file, - for stdin [env: INSTANTLY_API_KEY, INSTANTLY_API_KEY_FILE]' -r -F
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand batch" -l base-url -d 'Where the API is; https, save on this machine [env: INSTANTLY_BASE_URL] [default: https://api.instantly.ai]' -r -f
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand batch" -l ca-cert -d 'Certificates to trust beside the system\'s, in PEM form [env: SSL_CERT_FILE, SSL_CERT_DIR]' -r -F
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand batch" -l request-timeout -d 'The limit for one request' -r
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand batch" -l state-dir -d 'Where the journal of sessions is kept [env: INSTANTLY_OAUTH_STATE_DIR]' -r -f -a "(__fish_complete_directories)"
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand batch" -l retry-failed -d 'Take mailboxes again that the results file says have failed'
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand batch" -l skip-connected -d 'Skip mailboxes that the workspace has and that are healthy: the default'
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand batch" -l no-skip-connected -d 'Connect mailboxes as well that the workspace has'
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand batch" -l dry-run -d 'Check the list and say what would be done; start nothing'
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand batch" -l no-browser -d 'Do not open anything; the URLs are printed all the same'
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand batch" -l json -d 'Write events to stdout, one JSON object a line; the last is the result'
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand batch" -s q -l quiet -d 'No progress on stderr; the URL to open and the final error are always shown'
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand batch" -s v -l verbose -d 'Trace requests, waits and decisions on stderr, secrets redacted; twice for more'
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand batch" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand sessions; and not __fish_seen_subcommand_from forget" -l outcome -d 'Only sessions with this outcome; pending has those that are being waited for' -r -f -a "connected\t''
session_error\t''
expired\t''
not_found\t''
pending\t''
outcome_unknown\t''
wrong_account\t''"
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand sessions; and not __fish_seen_subcommand_from forget" -l provider -d 'Only sessions with this provider' -r -f -a "google\t''
microsoft\t''"
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand sessions; and not __fish_seen_subcommand_from forget" -l limit -d 'Only the newest of these, this many' -r
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand sessions; and not __fish_seen_subcommand_from forget" -l color -d 'When to colour [env: NO_COLOR, CLICOLOR_FORCE]' -r -f -a "auto\t'On a terminal that can'
always\t'Always'
never\t'Never'"
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand sessions; and not __fish_seen_subcommand_from forget" -l profile -d 'A workspace from the config file [env: INSTANTLY_PROFILE]' -r
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand sessions; and not __fish_seen_subcommand_from forget" -l api-key-file -d 'Read the API key from a file, - for stdin [env: INSTANTLY_API_KEY, INSTANTLY_API_KEY_FILE]' -r -F
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand sessions; and not __fish_seen_subcommand_from forget" -l base-url -d 'Where the API is; https, save on this machine [env: INSTANTLY_BASE_URL] [default: https://api.instantly.ai]' -r -f
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand sessions; and not __fish_seen_subcommand_from forget" -l ca-cert -d 'Certificates to trust beside the system\'s, in PEM form [env: SSL_CERT_FILE, SSL_CERT_DIR]' -r -F
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand sessions; and not __fish_seen_subcommand_from forget" -l request-timeout -d 'The limit for one request' -r
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand sessions; and not __fish_seen_subcommand_from forget" -l state-dir -d 'Where the journal of sessions is kept [env: INSTANTLY_OAUTH_STATE_DIR]' -r -f -a "(__fish_complete_directories)"
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand sessions; and not __fish_seen_subcommand_from forget" -l sandbox -d 'The sandbox\'s sessions, which are kept apart from real ones'
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand sessions; and not __fish_seen_subcommand_from forget" -l json -d 'Write events to stdout, one JSON object a line; the last is the result'
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand sessions; and not __fish_seen_subcommand_from forget" -s q -l quiet -d 'No progress on stderr; the URL to open and the final error are always shown'
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand sessions; and not __fish_seen_subcommand_from forget" -s v -l verbose -d 'Trace requests, waits and decisions on stderr, secrets redacted; twice for more'
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand sessions; and not __fish_seen_subcommand_from forget" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand sessions; and not __fish_seen_subcommand_from forget" -f -a "forget" -d 'Erase sessions from the journal; those that a process is waiting for are kept'
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand sessions; and __fish_seen_subcommand_from forget" -l color -d 'When to colour [env: NO_COLOR, CLICOLOR_FORCE]' -r -f -a "auto\t'On a terminal that can'
always\t'Always'
never\t'Never'"
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand sessions; and __fish_seen_subcommand_from forget" -l profile -d 'A workspace from the config file [env: INSTANTLY_PROFILE]' -r
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand sessions; and __fish_seen_subcommand_from forget" -l api-key-file -d 'Read the API key from a file, - for stdin [env: INSTANTLY_API_KEY, INSTANTLY_API_KEY_FILE]' -r -F
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand sessions; and __fish_seen_subcommand_from forget" -l base-url -d 'Where the API is; https, save on this machine [env: INSTANTLY_BASE_URL] [default: https://api.instantly.ai]' -r -f
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand sessions; and __fish_seen_subcommand_from forget" -l ca-cert -d 'Certificates to trust beside the system\'s, in PEM form [env: SSL_CERT_FILE, SSL_CERT_DIR]' -r -F
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand sessions; and __fish_seen_subcommand_from forget" -l request-timeout -d 'The limit for one request' -r
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand sessions; and __fish_seen_subcommand_from forget" -l state-dir -d 'Where the journal of sessions is kept [env: INSTANTLY_OAUTH_STATE_DIR]' -r -f -a "(__fish_complete_directories)"
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand sessions; and __fish_seen_subcommand_from forget" -l all -d 'Erase all of them'
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand sessions; and __fish_seen_subcommand_from forget" -l sandbox -d 'The sandbox\'s sessions, which are kept apart from real ones'
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand sessions; and __fish_seen_subcommand_from forget" -l json -d 'Write events to stdout, one JSON object a line; the last is the result'
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand sessions; and __fish_seen_subcommand_from forget" -s q -l quiet -d 'No progress on stderr; the URL to open and the final error are always shown'
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand sessions; and __fish_seen_subcommand_from forget" -s v -l verbose -d 'Trace requests, waits and decisions on stderr, secrets redacted; twice for more'
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand sessions; and __fish_seen_subcommand_from forget" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand doctor" -l color -d 'When to colour [env: NO_COLOR, CLICOLOR_FORCE]' -r -f -a "auto\t'On a terminal that can'
always\t'Always'
never\t'Never'"
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand doctor" -l profile -d 'A workspace from the config file [env: INSTANTLY_PROFILE]' -r
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand doctor" -l api-key-file -d 'Read the API key from a file, - for stdin [env: INSTANTLY_API_KEY, INSTANTLY_API_KEY_FILE]' -r -F
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand doctor" -l base-url -d 'Where the API is; https, save on this machine [env: INSTANTLY_BASE_URL] [default: https://api.instantly.ai]' -r -f
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand doctor" -l ca-cert -d 'Certificates to trust beside the system\'s, in PEM form [env: SSL_CERT_FILE, SSL_CERT_DIR]' -r -F
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand doctor" -l request-timeout -d 'The limit for one request' -r
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand doctor" -l state-dir -d 'Where the journal of sessions is kept [env: INSTANTLY_OAUTH_STATE_DIR]' -r -f -a "(__fish_complete_directories)"
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand doctor" -l json -d 'Write events to stdout, one JSON object a line; the last is the result'
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand doctor" -s q -l quiet -d 'No progress on stderr; the URL to open and the final error are always shown'
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand doctor" -s v -l verbose -d 'Trace requests, waits and decisions on stderr, secrets redacted; twice for more'
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand doctor" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand sandbox" -l port -d 'The port on 127.0.0.1 [default: any free one]' -r
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand sandbox" -l scenario -d 'What happens to each session' -r -f -a "ask\t'you decide, on a consent page in the browser'
success\t'a simulated person allows access'
denied\t'a simulated person denies access'
account_exists\t'the mailbox is already connected to another workspace'
personal_gmail\t'the mailbox is a personal @gmail.com, which is refused for Google'
server_error\t'the service fails while it connects the mailbox'
expire\t'nobody ever acts, and the session expires'
rate_limited\t'starts with each provider answer 429 for the first 3 seconds, then as success'
ip_blocked\t'starts with each provider answer 429 for 30 minutes, longer if pushed: this address is blocked'
unavailable\t'each provider fails for 5 seconds from the first start on, which answers 503, then as success'
lost_reply\t'as success, but the connection drops instead of answering with the result'
mixed\t'a seed decides for each mailbox: most allow access, others do not, or something goes wrong'"
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand sandbox" -l seed -d 'What the outcomes of --scenario mixed are drawn from: the same seed, the same outcomes. No other scenario uses it' -r
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand sandbox" -l delay -d 'Until the simulated person acts, in the service\'s time' -r
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand sandbox" -l ttl -d 'How long a session lives, in the service\'s time' -r
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand sandbox" -l init-limit -d 'Session starts a minute for a workspace and a provider; twice as many for an address and a provider' -r
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand sandbox" -l call-limit -d 'Calls of any kind a second for a workspace; 60 times as many a minute' -r
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand sandbox" -l speed -d 'How many times faster the service\'s time passes: limits, blocks, --ttl and --delay; all that it tells is real time' -r
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand sandbox" -l color -d 'When to colour [env: NO_COLOR, CLICOLOR_FORCE]' -r -f -a "auto\t'On a terminal that can'
always\t'Always'
never\t'Never'"
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand sandbox" -l profile -d 'A workspace from the config file [env: INSTANTLY_PROFILE]' -r
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand sandbox" -l api-key-file -d 'Read the API key from a file, - for stdin [env: INSTANTLY_API_KEY, INSTANTLY_API_KEY_FILE]' -r -F
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand sandbox" -l base-url -d 'Where the API is; https, save on this machine [env: INSTANTLY_BASE_URL] [default: https://api.instantly.ai]' -r -f
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand sandbox" -l ca-cert -d 'Certificates to trust beside the system\'s, in PEM form [env: SSL_CERT_FILE, SSL_CERT_DIR]' -r -F
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand sandbox" -l request-timeout -d 'The limit for one request' -r
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand sandbox" -l state-dir -d 'Where the journal of sessions is kept [env: INSTANTLY_OAUTH_STATE_DIR]' -r -f -a "(__fish_complete_directories)"
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand sandbox" -l unauthorized -d 'Every call answers 401: the key was revoked'
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand sandbox" -l no-plan -d 'Every call answers 402: no active paid plan'
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand sandbox" -l no-create-scope -d 'A session\'s start answers 403: the key lacks accounts:create'
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand sandbox" -l no-read-scope -d 'A session\'s state answers 403: the key lacks accounts:read'
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand sandbox" -l throttled -d 'Every call but a session\'s start answers 429'
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand sandbox" -l html-errors -d 'Every call answers 502 with an HTML page'
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand sandbox" -l bare-replies -d 'Replies leave out every field that the API does not promise'
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand sandbox" -l admin-blocked -d 'Whoever allows access is told that an administrator blocks it'
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand sandbox" -l prohibited-content -d 'Whoever allows access is told that the account has prohibited content'
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand sandbox" -l json -d 'Write events to stdout, one JSON object a line; the last is the result'
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand sandbox" -s q -l quiet -d 'No progress on stderr; the URL to open and the final error are always shown'
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand sandbox" -s v -l verbose -d 'Trace requests, waits and decisions on stderr, secrets redacted; twice for more'
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand sandbox" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand completions" -l color -d 'When to colour [env: NO_COLOR, CLICOLOR_FORCE]' -r -f -a "auto\t'On a terminal that can'
always\t'Always'
never\t'Never'"
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand completions" -l profile -d 'A workspace from the config file [env: INSTANTLY_PROFILE]' -r
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand completions" -l api-key-file -d 'Read the API key from a file, - for stdin [env: INSTANTLY_API_KEY, INSTANTLY_API_KEY_FILE]' -r -F
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand completions" -l base-url -d 'Where the API is; https, save on this machine [env: INSTANTLY_BASE_URL] [default: https://api.instantly.ai]' -r -f
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand completions" -l ca-cert -d 'Certificates to trust beside the system\'s, in PEM form [env: SSL_CERT_FILE, SSL_CERT_DIR]' -r -F
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand completions" -l request-timeout -d 'The limit for one request' -r
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand completions" -l state-dir -d 'Where the journal of sessions is kept [env: INSTANTLY_OAUTH_STATE_DIR]' -r -f -a "(__fish_complete_directories)"
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand completions" -l json -d 'Write events to stdout, one JSON object a line; the last is the result'
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand completions" -s q -l quiet -d 'No progress on stderr; the URL to open and the final error are always shown'
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand completions" -s v -l verbose -d 'Trace requests, waits and decisions on stderr, secrets redacted; twice for more'
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand completions" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand help; and not __fish_seen_subcommand_from connect status batch sessions doctor sandbox completions help" -f -a "connect" -d 'Connect one mailbox in the browser'
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand help; and not __fish_seen_subcommand_from connect status batch sessions doctor sandbox completions help" -f -a "status" -d 'What became of a session'
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand help; and not __fish_seen_subcommand_from connect status batch sessions doctor sandbox completions help" -f -a "batch" -d 'Connect every mailbox listed in a CSV file'
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand help; and not __fish_seen_subcommand_from connect status batch sessions doctor sandbox completions help" -f -a "sessions" -d 'The sessions recorded on this machine'
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand help; and not __fish_seen_subcommand_from connect status batch sessions doctor sandbox completions help" -f -a "doctor" -d 'Check key, network, limits, clock, storage, browser and terminal'
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand help; and not __fish_seen_subcommand_from connect status batch sessions doctor sandbox completions help" -f -a "sandbox" -d 'Run a local stand-in for the API'
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand help; and not __fish_seen_subcommand_from connect status batch sessions doctor sandbox completions help" -f -a "completions" -d 'Print a completion script'
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand help; and not __fish_seen_subcommand_from connect status batch sessions doctor sandbox completions help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c instantly-oauth -n "__fish_instantly_oauth_using_subcommand help; and __fish_seen_subcommand_from sessions" -f -a "forget" -d 'Erase sessions from the journal; those that a process is waiting for are kept'
